"""One option, or a set of options, out of a list."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.received import describe, unwrapped
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Verdict

__all__ = ["Choice"]


@dataclass(frozen=True)
class Choice(AnswerTest):
    """Which options hold.

    Args:
        reference: the key of the right option, or the set of keys that hold.
        options: what each key stands for: ``{"a": "clockwise", "b": "counter-clockwise"}``.

    Keys are taken whatever their case. A set is right only as a whole.

    >>> Choice("a", {"a": "clockwise", "b": "counter-clockwise"}).mark("A").outcome.value
    'correct'
    """

    reference: str | AbstractSet[str]
    options: Mapping[str, str]

    def _mark(self, response: object, _source: str) -> Verdict:
        wanted = self._wanted()
        chosen = self.chosen(response)
        several = not isinstance(self.reference, str)
        criterion = "The right options are chosen" if several else "The right option is chosen"
        if chosen == wanted:
            return Verdict.correct(criterion)
        if several and chosen < wanted:
            message, note = "What you chose holds, but it is not all.", "choice.missing"
        elif several and chosen > wanted:
            message, note = "You chose all that holds, and more.", "choice.too-many"
        elif several:
            message, note = "An option is missing and another is too many.", "choice.wrong"
        else:
            message, note = "Another option is the right one.", "choice.wrong"
        return Verdict.incorrect(message, note, criterion=criterion)

    def form(self, response: object) -> str:
        chosen = self.chosen(response)
        shown = [f"{key}: {self.options[key]}" for key in self.options if key in chosen]
        return r"\text{" + "; ".join(shown).translate(_IN_TEXT) + "}"

    def _wanted(self) -> frozenset[str]:
        keys = [self.reference] if isinstance(self.reference, str) else self.reference
        for key in keys:
            if key not in self.options:
                raise ItemError(f"The reference {key!r} is not one of {', '.join(self.options)}.")
        return frozenset(keys)

    def chosen(self, response: Any) -> frozenset[str]:
        """The keys that were chosen.

        Raises:
            ResponseError: one is not on the list, or a set was asked and is none.
        """
        if isinstance(self.reference, str):
            if isinstance(response, (set, frozenset)) and len(response) == 1:
                response = list(response)
            return frozenset({self._key(unwrapped(response))})
        if isinstance(response, str):
            raise ResponseError(
                "Several options may hold: hand in a set of keys, such as "
                f"{{{', '.join(repr(k) for k in list(self.options)[:2])}}}.",
                "choice.not-a-set",
            )
        if not isinstance(response, (set, frozenset, list, tuple)):
            raise ResponseError(
                f"A set of keys was expected, received {describe(response)}.", "type.choice"
            )
        return frozenset(self._key(part) for part in response)

    def _key(self, value: object) -> str:
        number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1000
        text = str(value) if number else value
        keys = {key.casefold(): key for key in self.options}
        if isinstance(text, str) and text.strip().casefold() in keys:
            return keys[text.strip().casefold()]
        raise ResponseError(
            f"Choose one of {', '.join(repr(key) for key in self.options)}; "
            f"received {describe(value)}.",
            "choice.unknown",
        )


_IN_TEXT = str.maketrans(dict.fromkeys("{}\\$#%&_^~", " "))
