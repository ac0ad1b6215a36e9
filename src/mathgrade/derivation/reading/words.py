"""What the words around a formula say about it: tables only, and how they are looked up.

Words are matched at their end, right before the formula, or anywhere in the sentence
before it. To let a derivation be told in other words, add them here.
"""

from __future__ import annotations

import re

__all__ = [
    "ANNOUNCES",
    "ASIDE",
    "BODY_THEN",
    "CASE",
    "CLOSES",
    "DEFINES",
    "LEADS",
    "LOCAL",
    "NAMES_THEN",
    "OPENS_OTHERWISE",
    "OTHERWISE",
    "RULE",
    "SIDE",
    "TERM",
    "THEN_BODY",
    "THEN_NAME",
    "last_sentence",
]


def _table(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


# A reason right before its formula: "since $e^{a+b} = e^a e^b$".
ASIDE = _table(
    r"""(?:^|[^\w])(?:since|because(?:\ of)?|as\ we\ know|due\ to|thanks\ to|given\ that|da|weil
    |recall(?:ing)?(?:\ that|\ the\ (?:rule|identity|fact))?|remember(?:ing)?(?:\ that)?
    |not(?:e|ing|ice|icing)(?:\ that|\ also\ that|\ first\ that)?|observ(?:e|ing)(?:\ that)?
    |us(?:e|ing)(?:\ that|\ the\ (?:fact|rule|identity|law|property|formula)(?:\ that|\ of)?)?
    |we\ (?:know|recall|note|observe)(?:\ that)?|the\ fact\ that|remark(?:\ that)?
    |reminder|hint|beachte)\s*[:,]?\s*$
    |(?:^|[.,;:(!?])\s*(?:and\s+|where\s+)?(?:as|by|with|from\ the\ (?:rule|identity))\s*:?\s*$"""
)
# Names a rule: a formula in letters of its own is then that rule.
RULE = _table(r"\b(?:rule|law|identity|identities|formula|property|properties|lemma|regel)\b")
# Says that a formula still has to be shown, or is only assumed.
ANNOUNCES = _table(
    r"""(?:^|[^\w])(?:to\ (?:show|prove|be\ (?:shown|proved|proven))|show\ that|prove\ that
    |(?:want|need|have|try|going|goal\ is|aim\ is|remains|left|like|must|suffices|enough)\ (?:us\ )?
    to\ (?:show|prove|see|verify|check|derive|find|get|obtain|reach)
    |we\ (?:will\ |now\ |shall\ |first\ )?(?:show|prove|verify|derive|claim)
    |suppose|assume|assuming|claim|goal|task|theorem|proposition|statement|behauptung
    |zu\ zeigen|zz|z\.z\.)
    (?:\s+(?:that|is|this|the\ following))?\s*[:.]?\s*$"""
)
# What stands before the condition of a case.
CASE = _table(
    r"""(?:^|[^\w])(?:cases?|diagonal|off-?diagonal|suppose|assume|assuming|fall|fälle|falls
    |situation|first|second|secondly|firstly|now|next|let|consider|subcase|scenario|part)
    \b[^.;\n]*$ | ^\W*(?:\(?[a-z0-9ivx]{1,3}[).:]\s*)?\W*$"""
)
# The same, but it may belong to one formula only.
LOCAL = _table(
    r"(?:^|[^\w])(?:if|for|when(?:ever)?|where|provided|falls|wenn|für|and|in)\b[^.;\n]*$"
)
# Before a condition that only says which term of a sum is meant: "only the term with k = j".
TERM = _table(
    r"""(?:^|[^\w])(?:terms?|summands?|addends?|contributions?|summand(?:en)?)
    (?:\ (?:with|where|for|at|in\ which|mit))?\s*$"""
)
# A condition that opens its sentence: "If $i = j$ then …".
LEADS = _table(r"\W*(?:and\ |but\ |now\ |next,?\ )?(?:if|when(?:ever)?|for|falls|wenn|für)\W*")
# "Otherwise" in front of a formula, and behind one.
OPENS_OTHERWISE = _table(
    r"^\W*(?:(?:and|but|or)\s+)?(?:otherwise|else|sonst|ansonsten|andernfalls)\b[^.;]*$"
)
OTHERWISE = _table(r"(?:^|[^\w])(?:otherwise|else|sonst|ansonsten|andernfalls)\b")
# Ends all cases.
CLOSES = _table(
    r"""(?:^|[^\w])(?:together|combin(?:e|ed|ing)|both\ (?:the\ )?cases|both\ results
    |either\ case|all\ cases|any\ case|in\ general|general(?:ly)?|overall|altogether
    |summar(?:y|i[sz]ing)|to\ sum\ up|in\ total|merging|unif(?:y|ying|ied)|hence\ for\ all
    |for\ (?:all|every|any)\ (?:values\ of\ )?(?:i\b|j\b|indices|\$?i)
    |regardless|irrespective|zusammen|insgesamt|allgemein|in\ beiden\ fällen|one\ formula)\b"""
)
# Names a side of the claim: "LHS = …" starts a chain at what comes next.
SIDE = _table(
    r"""(?:^|[^\w])(?:[LR]\.?\s?H\.?\s?S\.?|left(?:[- ]hand)?[- ]side|right(?:[- ]hand)?[- ]side)
    \s*[:,]?\s*$"""
)
# Before a new name.
DEFINES = _table(
    r"""(?:^|[^\w])(?:let(?:\ us)?(?:\ (?:define|denote|write|set|call|introduce))?|define|defining
    |denot(?:e|ing)(?:\ by)?|set(?:ting)?|write|writing|put(?:ting)?|call|abbreviat(?:e|ing)
    |introduc(?:e|ing)|substitut(?:e|ing)|sei|setze|definiere)\s*[:,]?\s*$"""
)

# "Denote by $S$ the sum $…$", "let $S$ be $…$", "write $S$ for $…$".
NAMES_THEN = _table(
    r"""(?:^|[^\w])(?:let(?:\ us)?|sei
    |(?:denote|denoting|write|writing|put|set|call|abbreviate)(?:\ by)?)\s*$"""
)
THEN_BODY = _table(
    r"""\s*(?:be|denotes?|stands?\ for|for|mean)?\s*
    (?:(?:the|our|this|that)\s+(?:[a-z]+\s+){0,3})?"""
)
# "Call the sum $…$ $S$", "we denote $…$ by $S$".
BODY_THEN = _table(
    r"""(?:^|[^\w])(?:call|calling|name|naming|denote|denoting|abbreviate|abbreviating)
    (?:\ (?:the|our|this|that)(?:\ [a-z]+){0,3})?\s*$"""
)
THEN_NAME = _table(r"\s*(?:by|as|simply|just)?\s*")


def last_sentence(words: str) -> str:
    """What stands behind the last full stop or empty line.

    >>> last_sentence("We are done. Now since")
    'Now since'
    """
    ends = [found.end() for found in re.finditer(r"[.!?]\s+|\n\s*\n", words)]
    return words[ends[-1] if ends else 0 :].strip()
