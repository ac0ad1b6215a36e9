"""Letters in the styles of mathematics: bold, double-struck, script, fraktur and so on.

Browsers have dropped the ``mathvariant`` attribute (but for ``normal``) and want the
characters themselves. Unicode keeps them in runs of the alphabet, with the letters it
already had left out of the runs.

Source: Unicode, "Mathematical Alphanumeric Symbols", U+1D400 to U+1D7FF.
"""

__all__ = ["in_variant"]

# Style: first capital, first small letter, first digit (0: there are none).
RUNS: dict[str, tuple[int, int, int]] = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, 0),
    "bold-italic": (0x1D468, 0x1D482, 0),
    "script": (0x1D49C, 0x1D4B6, 0),
    "fraktur": (0x1D504, 0x1D51E, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "sans-serif-italic": (0x1D608, 0x1D622, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}

# Style: capital alpha, small alpha.
GREEK_RUNS: dict[str, tuple[int, int]] = {
    "bold": (0x1D6A8, 0x1D6C2),
    "italic": (0x1D6E2, 0x1D6FC),
    "bold-italic": (0x1D71C, 0x1D736),
}

EXCEPTIONS: dict[str, dict[str, str]] = {
    "italic": {"h": "ℎ"},
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


def in_variant(text: str, variant: str) -> str:
    """The same text in another style; characters the style lacks stay as they are.

    >>> in_variant("R1", "double-struck"), in_variant("x+", "bold"), in_variant("x", "odd")
    ('ℝ𝟙', '𝐱+', 'x')
    """
    return "".join(_letter(character, variant) for character in text)


def _letter(character: str, variant: str) -> str:
    if (known := EXCEPTIONS.get(variant, {}).get(character)) is not None:
        return known
    capital, small, digit = RUNS.get(variant, (0, 0, 0))
    greek_capital, greek_small = GREEK_RUNS.get(variant, (0, 0))
    for first, last, start in (
        ("A", "Z", capital),
        ("a", "z", small),
        ("0", "9", digit),
        ("Α", "Ω", greek_capital),
        ("α", "ω", greek_small),
    ):
        if start and first <= character <= last:
            return chr(start + ord(character) - ord(first))
    return character
