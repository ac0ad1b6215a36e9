"""Warm kernels: a process with everything loaded, forked and confined for each attempt.

``program`` is the zygote, ``client`` its near end, ``kernel`` the student's kernel as the
rest of the package sees it. In the child, ``serving`` runs cells in the IPython kernel of
``shell`` and answers over ``channel``.
"""
