"""The way of a submission: run the student's cells, judge each test cell, record the marks.

``kernel`` runs the student's code, ``agent`` answers for it inside that kernel,
``judge`` runs test cells in a trusted process, ``marking`` joins the two, and
``preprocessors`` hands the result to nbgrader.
"""
