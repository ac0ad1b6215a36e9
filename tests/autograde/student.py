"""A student's process for tests: code runs in a dictionary, the real agent answers for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mathgrade.autograde import agent
from mathgrade.autograde.attempt import Attempt, CellResult
from mathgrade.autograde.judge import Sitting


class Student:
    """A namespace, the requests that reached it, and the judge's end of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: str = "", **attempt: Any) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.requests: list[dict[str, Any]] = []
        self.died = ""
        monkeypatch.setattr(agent, "_namespace", lambda: self.namespace)
        monkeypatch.setattr(agent, "_STATE", agent._State())
        monkeypatch.setattr(agent, "_ask_judge", self._call_judge)
        exec(code, self.namespace)
        details: dict[str, Any] = {
            "course": "", "assignment": "quiz", "student": "s001", "answers": {},
        }  # fmt: skip
        self.sitting = Sitting(Attempt(**(details | attempt)), self._ask)

    def mark(self, test: str, points: float = 1.0) -> CellResult:
        """Run one test cell in the judge."""
        return self.sitting.run(test, points)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        if self.died:
            return {"died": self.died}
        # Both directions are text on the wire.
        answer = agent.reply(json.dumps(request))
        return json.loads(answer._text)

    def _call_judge(self, request: str) -> str:
        return json.dumps(self.sitting.answer_call(json.loads(request)))

    def sent(self) -> str:
        """Everything that reached the student's side, as text."""
        return json.dumps(self.requests)


def answers(result: CellResult) -> Mapping[str, str]:
    """Note and message of each verdict, for short assertions."""
    return {v.note: " ".join(f.message for f in v.findings) for v in result.verdicts}
