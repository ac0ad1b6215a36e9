"""What an instructor does with a course: check it, replay its attempts, run it through nbgrader.

``regions``, ``canonical``, ``points`` and ``leaks`` each look at notebooks without running them;
``attempts`` and ``replay`` run answers with known marks; ``check`` joins all of these.
``nbgrader_runs`` calls nbgrader in this process, ``demo`` makes a class with it, and ``trial``
marks one response by hand.
"""
