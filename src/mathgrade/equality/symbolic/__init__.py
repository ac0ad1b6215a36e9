"""Proves formulas equal with sizes left open: for every K at once.

A formula becomes a quotient of polynomials over *atoms*: entries ``z_i``, exponentials,
logarithms, values of functions that were only declared, sums over a whole range. What is
true of these is a table of laws (:mod:`mathgrade.equality.symbolic.laws`), each of which
can be switched off, and is counted when it is used.
"""

from mathgrade.equality.symbolic.laws import LAWS, Law
from mathgrade.equality.symbolic.proving import Proof, prove

__all__ = ["LAWS", "Law", "Proof", "prove"]
