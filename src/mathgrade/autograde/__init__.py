"""The way of a submission: run the student's cells, judge each test cell, record the marks.

``kernel`` runs the student's code, in a process of ``zygote`` that ``sandbox`` confines;
``agent`` answers for it inside that process, ``judge`` runs test cells in a trusted one,
``marking`` joins the two, and ``preprocessors`` hands the result to nbgrader.
"""
