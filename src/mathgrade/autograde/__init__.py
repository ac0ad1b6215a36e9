"""The way of a submission: take it in, run the student's cells, judge the tests, record the marks.

``hand_in`` and ``intake`` make the notebook to mark of what was handed in. ``kernel`` runs the
student's code, in a process of ``zygote`` that ``sandbox`` confines; ``agent`` answers for it
inside that process, ``judge`` runs test cells in a trusted one, ``marking`` joins the two.
``attempt_marking`` is all of that as one pure function, which ``schedule`` maps over ``workers``
and whose results ``record`` writes; ``dependence`` says which of them have to be made again.
``exporter`` and ``preprocessors`` hand the same to nbgrader's own command.
"""
