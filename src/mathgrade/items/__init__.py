"""Items: reference answers with their points and known mistakes, by assignment."""

from mathgrade.answers.trivial import is_trivial
from mathgrade.items.assignment import Assignment
from mathgrade.items.follow import Follow, says_nothing
from mathgrade.items.item import Item
from mathgrade.items.loading import find_course, find_item, load_assignment
from mathgrade.items.mistake import Mistake

__all__ = [
    "Assignment",
    "Follow",
    "Item",
    "Mistake",
    "find_course",
    "find_item",
    "is_trivial",
    "load_assignment",
    "says_nothing",
]
