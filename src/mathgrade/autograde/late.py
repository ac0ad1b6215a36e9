"""What handing in late costs: nbgrader's own policy, as the course configures it."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from traitlets.config import Config

from nbgrader import api

__all__ = ["LatePolicy"]


class LatePolicy:
    """The plugin that ``AssignLatePenalties.plugin_class`` names.

    Args:
        config: the course's configuration.
    """

    def __init__(self, config: Config | None = None) -> None:
        step = AssignLatePenalties(config=config or Config())
        step.init_plugin()
        self._plugin = step.plugin_inst

    def apply(self, session: Session, submission: Any, notebook: Any) -> None:
        """Set the penalty of a notebook whose marks have been flushed.

        Args:
            session: in a transaction.
            submission: nbgrader's ``SubmittedAssignment``, with our own timestamp.
            notebook: one of its notebooks.
        """
        penalty = None
        late = submission.total_seconds_late
        if late > 0:
            marks = select(func.coalesce(func.sum(api.Grade.score), 0.0))
            score = session.scalar(marks.where(api.Grade.notebook_id == notebook.id)) or 0.0
            penalty = self._plugin.late_submission_penalty(submission.student_id, score, late)
            if penalty is not None:
                penalty = min(max(penalty, 0), score)
        notebook.late_submission_penalty = penalty
