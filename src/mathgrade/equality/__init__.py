"""Decides whether two formulas are equal, with a proof or a witness."""

from mathgrade.equality.deciding import decide
from mathgrade.equality.decision import Decision, Equality

__all__ = ["Decision", "Equality", "decide"]
