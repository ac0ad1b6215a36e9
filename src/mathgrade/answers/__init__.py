"""Answer tests: each takes a response and returns a verdict."""

from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.choice import Choice
from mathgrade.answers.derivation import Derivation, Shares
from mathgrade.answers.expression import Expression
from mathgrade.answers.function import Function
from mathgrade.answers.matrix import Matrix
from mathgrade.answers.number import Number
from mathgrade.answers.statement import Statement
from mathgrade.answers.svd import SVD

__all__ = [
    "SVD",
    "AnswerTest",
    "Choice",
    "Derivation",
    "Expression",
    "Function",
    "Matrix",
    "Number",
    "Shares",
    "Statement",
]
