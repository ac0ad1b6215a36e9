r"""What the text around a name says about it: whether it is an index, is applied, is misspelt."""

from __future__ import annotations

import re

__all__ = ["arguments_behind", "in_index", "never_applied", "one_slip", "plain_name"]

_OPENS = re.compile(r"(?:'|\^\{?\\prime+\}?|\^\d)*\s*(?:\\left\s*)?\(")


def plain_name(source: str) -> str:
    r"""The name in a piece of LaTeX: S of ``\\mathcal{S}``, kappa of ``\\kappa``."""
    words: list[str] = re.findall("[A-Za-z]+", source)
    return words[-1] if words else source.strip()


def never_applied(name: str, text: str) -> bool:
    r"""Whether a function is used in a text, but nowhere applied to a name.

    >>> never_applied("sigma", r"$\sigma' = \sigma(1 - \sigma)$")
    True
    >>> never_applied("sigma", r"$\sigma'(x) = \sigma(x)(1 - \sigma)$")
    False
    """
    places = list(re.finditer(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text))
    applied = re.compile(_OPENS.pattern + r"\s*-?\s*\\?[A-Za-z]+\s*(?:\\right\s*)?\)")
    return bool(places) and not any(applied.match(text, found.end()) for found in places)


def arguments_behind(source: str, at: int) -> int:
    """How many arguments stand in the bracket behind a place; 0 if none is there."""
    found = _OPENS.match(source, at)
    if found is None:
        return 0
    depth, commas = 1, 0
    for sign in source[found.end() :]:
        depth += (sign in "({[") - (sign in ")}]")
        if not depth:
            break
        commas += sign == "," and depth == 1
    return commas + 1


def in_index(source: str, at: int) -> bool:
    """Whether a place stands in an index, behind ``_`` or in square brackets.

    >>> in_index("z_{i m}", 5), in_index("z_m", 2), in_index("z_i m", 4)
    (True, True, False)
    """
    depth = 0
    for k in range(at - 1, max(at - 80, -1), -1):
        sign = source[k]
        if sign in "})]":
            depth += 1
        elif sign in "{([":
            depth -= 1
            if depth < 0:
                before = source[:k].rstrip()
                if before.endswith("_") or (sign == "[" and before[-1:].isalnum()):
                    return True
                if re.search(r"delta$", before):
                    return True
                if sign != "{" or not re.search(r"\\(?:mathbf|mathrm|text|mathit)$", before):
                    return False
                depth = 0
        elif depth == 0 and sign == "_" and source[k + 1 : at].strip("\\ ") == "":
            return True
        elif depth == 0 and sign in "+=&" and "{" not in source[:k]:
            return False
    return False


def one_slip(left: str, right: str) -> bool:
    """Whether two words differ by one letter: another one, one more, one less, two swapped."""
    if abs(len(left) - len(right)) > 1 or min(len(left), len(right)) < 4:
        return False
    k = 0
    while k < min(len(left), len(right)) and left[k] == right[k]:
        k += 1
    a, b = left[k:], right[k:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])
