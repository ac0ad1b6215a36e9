r"""Reads a derivation as students type it into :mod:`mathgrade.derivation.statements`.

From the text to statements: ``pieces`` finds the formulas (``plain`` those without marks),
``parts`` cuts each at relations, lines and words (``signs``), ``chains`` puts sides and relations
together, ``sides`` reads each side with the names of the ``vocabulary``, and ``document``
says what each chain does, by its ``words``, ``conditions`` and ``definitions``.
"""

from mathgrade.derivation.reading.definitions import read_definition
from mathgrade.derivation.reading.document import read_document

__all__ = ["read_definition", "read_document"]
