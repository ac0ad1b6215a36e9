"""From a kernel's messages to the outputs of a cell, whatever the messages hold.

The student's code can send any message it likes in the kernel's name. What is not an
output that a notebook can hold, and a file can be written with, is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from mathgrade.autograde.display import shown

__all__ = ["Collector", "Displays", "merge_streams", "storable"]

Displays = dict[str, list[NotebookNode]]
"""Outputs by display_id, in all cells of a notebook: a later message may update them."""

_MAX_DEPTH = 60  # of JSON in an output; writing a notebook nests Python calls
_ERROR_ROOM = 1 << 18
_FURTHER = "\n[further output was cut]\n"


class Collector:
    """Turns messages into outputs of one cell.

    Args:
        cell: gets the outputs.
        displays: shared by the cells of one notebook.
        room: kept output in bytes.
        count: kept outputs.
    """

    def __init__(self, cell: NotebookNode, displays: Displays, room: int, count: int) -> None:
        self._cell = cell
        self._displays = displays
        self._left = room
        self._error_room = _ERROR_ROOM
        self._count = count
        self._full = False
        self._clear_next = False

    def __call__(self, message: Mapping[str, Any]) -> bool:
        """Take one message; True when the cell is done."""
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            return bool(content.get("execution_state") == "idle")
        take = _KINDS.get(kind)
        if take is None:
            return False
        size = sum(map(len, map(str, content.values())))
        if kind == "error" and size < self._error_room:
            self._error_room -= size  # why a cell ended is shown whatever it printed
            take(self, content)
            return False
        if self._full:
            return False
        self._left -= size
        if self._left < 0 or len(self._cell.outputs) >= self._count:
            self._full = True
            self._cell.outputs.append(new_output("stream", name="stdout", text=_FURTHER))
            return False
        take(self, content)
        return False

    def _clear(self, content: Mapping[str, Any]) -> None:
        if content.get("wait"):
            self._clear_next = True
        else:
            self._cell.outputs = []

    def _stream(self, content: Mapping[str, Any]) -> None:
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        self._append("stream", name=name, text=content.get("text"))

    def _error(self, content: Mapping[str, Any]) -> None:
        fields = {name: content.get(name) for name in ("ename", "evalue", "traceback")}
        self._append("error", **fields)

    def _result(self, content: Mapping[str, Any]) -> None:
        self._append("execute_result", content, execution_count=count_of(content))

    def _display(self, content: Mapping[str, Any]) -> None:
        self._append("display_data", content)

    def _update(self, content: Mapping[str, Any]) -> None:
        fields = _bundle(content)
        for output in self._displays.get(_display_id(content), ()) if fields else ():
            output.update(fields)

    def _append(self, kind: str, bundle: Mapping[str, Any] | None = None, **fields: Any) -> None:
        shown = {} if bundle is None else _bundle(bundle)
        output = None if bundle is not None and not shown else _output(kind, **fields, **shown)
        if output is None:
            return
        if self._clear_next:
            self._cell.outputs, self._clear_next = [], False
        self._cell.outputs.append(output)
        name = "" if bundle is None else _display_id(bundle)
        if name:
            self._update({**(bundle or {}), "transient": {"display_id": name}})
            self._displays.setdefault(name, []).append(output)


_KINDS: Mapping[str, Callable[[Collector, Mapping[str, Any]], None]] = {
    "clear_output": Collector._clear,
    "stream": Collector._stream,
    "error": Collector._error,
    "execute_result": Collector._result,
    "display_data": Collector._display,
    "update_display_data": Collector._update,
}


def merge_streams(cell: NotebookNode) -> None:
    """Join neighbouring pieces of the same stream, as a notebook shows them."""
    merged: list[NotebookNode] = []
    for output in cell.outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    cell.outputs = merged


def count_of(content: Mapping[str, Any] | None) -> int | None:
    """The execution count in a message, if it is one."""
    count = (content or {}).get("execution_count")
    return count if type(count) is int and 0 <= count < 2**53 else None


def storable(value: Any) -> Any:
    """The JSON value with lone surrogates replaced.

    Raises:
        ValueError: no notebook could be written with it.
    """
    if _depth(value) > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= _MAX_DEPTH:
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner += item.values()
            elif isinstance(item, list):
                inner += item
        level, depth = inner, depth + 1
    return depth


def _bundle(content: Mapping[str, Any]) -> dict[str, Any]:
    """Data and metadata of a display, as far as they are shown; or nothing."""
    try:
        data, metadata = shown(content.get("data"), content.get("metadata") or {})
    except ValueError:
        return {}
    output = _output("display_data", data=data, metadata=metadata)
    return {} if output is None else {"data": output.data, "metadata": output.metadata}


def _output(kind: str, **fields: Any) -> NotebookNode | None:
    try:
        return new_output(kind, **storable(fields))
    except Exception:  # whatever nbformat says of what it cannot hold
        return None


def _display_id(content: Mapping[str, Any]) -> str:
    transient = content.get("transient")
    name = transient.get("display_id") if isinstance(transient, dict) else None
    return name if isinstance(name, str) else ""
