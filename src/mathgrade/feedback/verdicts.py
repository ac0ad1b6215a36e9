"""The verdicts among the outputs of a test cell.

With the judge they are ours. In stock mode the test ran in the student's process, so what
claims to be a verdict is read with care: it decides no marks, and it must neither break
the page nor keep it from being made.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mathgrade.verdict import Verdict

__all__ = ["VERDICT_TYPE", "read_verdicts"]

VERDICT_TYPE = "application/vnd.mathgrade.v1+json"
"""MIME type under which a test cell's output carries a verdict."""

MAX_TEXT = 20_000
"""Characters of a message or a formula in a verdict."""

MAX_LINES = 1000
"""Lines of a derivation in a verdict."""


def read_verdicts(cell: Mapping[str, Any]) -> Iterator[Verdict]:
    """The verdicts among the outputs of a test cell; what is not one is left out."""
    for output in cell.get("outputs", ()):
        data = output.get("data")
        found = data.get(VERDICT_TYPE) if isinstance(data, Mapping) else None
        if isinstance(found, Mapping):
            verdict = _verdict(found)
            if verdict is not None:
                yield verdict


def _verdict(data: Mapping[str, Any]) -> Verdict | None:
    # Without the judge this is a student's word: a fraction such as 1e999999999 takes for ever.
    shares = [data.get("credit"), *(f.get("share") for f in _findings(data))]
    if not all(re.fullmatch(r"\d{1,15}(/[1-9]\d{0,14})?", str(share)) for share in shares):
        return None
    try:
        verdict = Verdict.from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    if len(verdict.lines) > MAX_LINES:
        return None
    texts = [verdict.read_as, verdict.title, *(finding.message for finding in verdict.findings)]
    for line in verdict.lines:
        texts += [line.text, line.read_as, line.message, line.hint, line.relation]
        texts += [*line.remarks, *(line.laws or ())]
    witnesses = [f.witness for f in verdict.findings] + [line.witness for line in verdict.lines]
    for witness in filter(None, witnesses):
        if not isinstance(witness.at, Mapping):
            return None
        texts += [witness.received, witness.expected, witness.place]
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts):
        return None
    return verdict


def _findings(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    findings = data.get("findings")
    if not isinstance(findings, list):
        return []
    return [finding for finding in findings if isinstance(finding, Mapping)]
