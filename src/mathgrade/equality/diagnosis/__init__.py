"""Explains a wrong answer: the library of edits, and the search for the one that fits."""

from mathgrade.equality.diagnosis.diagnosing import diagnose
from mathgrade.equality.diagnosis.edit import Diagnosis, Edit, Slack
from mathgrade.equality.diagnosis.table import EDITS

__all__ = ["EDITS", "Diagnosis", "Edit", "Slack", "diagnose"]
