"""What a reader can find on a feedback page: text, attributes, and nothing rendered away."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path


class _Reader(HTMLParser):
    """Collects all text, and every attribute but pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.attributes: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [v for _, v in attrs if v and not v.startswith("data:image/png")]


def page_text(path: Path, between: str = "") -> str:
    """Everything on the page that is no markup, attributes at the end.

    With ``between=" "`` the entries of a matrix stay apart; without, a line of coloured
    code stays whole.
    """
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return between.join(reader.text) + "\n" + "\n".join(reader.attributes)


def squeezed(text: str) -> str:
    """Without white space, which a page may change."""
    return "".join(text.split())


def lines_on(text: str, lines: list[str]) -> list[str]:
    """Those of ``lines`` that stand in the text; short ones only as a whole line."""
    whole = {squeezed(line) for line in text.split("\n")}
    flat = squeezed(text)
    found = []
    for line in lines:
        bare = squeezed(line)
        if bare in whole or (len(bare) >= 14 and bare in flat):
            found.append(line)
    return found
