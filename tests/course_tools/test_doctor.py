"""What ``mathgrade doctor`` says of a machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mathgrade.autograde.sandbox import LAYERS, probing
from mathgrade.autograde.sandbox.probing import Probe, probe_layers
from mathgrade.cli import main
from mathgrade.course import doctor
from mathgrade.course.doctor import Route, route_of

HELD = [*LAYERS, "bubblewrap"]
ROUTES = [
    (HELD, Route.LANDLOCK),
    (["limits", "landlock", "seccomp"], Route.LANDLOCK),  # a container with few rights
    (["limits", "seccomp", "bubblewrap"], Route.BUBBLEWRAP),
    (["limits", "landlock", "bubblewrap"], Route.NONE),
    (["limits", "namespaces", "scratch", "user", "seccomp"], Route.NONE),
    ([], Route.NONE),
]


def probes(*held: str) -> tuple[Probe, ...]:
    return tuple(Probe(layer, layer in held, "to try", "" if layer in held else "it could be done")
                 for layer in HELD)  # fmt: skip


@pytest.mark.parametrize(("held", "route"), ROUTES)
def test_files_network_and_limits_must_all_be_held(held: list[str], route: Route) -> None:
    assert route_of(probes(*held)) is route


@pytest.mark.sandbox
def test_every_layer_is_tried_on_this_machine() -> None:
    assert [(p.layer, p.holds, p.found) for p in probe_layers()] == [(n, True, "") for n in HELD]


def test_a_layer_that_stops_nothing_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    # Put on in vain: what each probe tries then succeeds, in a process of its own.
    monkeypatch.setattr(probing, "limit_resources", lambda **_: None)
    monkeypatch.setattr(probing, "enter_namespaces", lambda: None)
    monkeypatch.setattr(probing, "mount_scratch", lambda *_: None)
    monkeypatch.setattr(probing, "landlock_version", lambda: 1)
    monkeypatch.setattr(probing, "restrict_files", lambda *_: None)
    monkeypatch.setattr(probing, "filter_calls", lambda: None)
    found = {layer: probing._in_a_fork(act) for layer, (_, act) in probing._TRIALS.items()}
    for layer in ("limits", "namespaces", "scratch", "landlock", "seccomp"):
        assert "could be" in found[layer] or "possible" in found[layer], layer


def test_a_probe_that_is_killed_does_not_hold() -> None:
    def end(_: Path) -> str:
        import os

        os._exit(1)

    assert probing._in_a_fork(end) == "the process that tried it was ended"


def diagnosis(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(["doctor", *words])
    assert isinstance(left.value.code, int)
    return left.value.code, capsys.readouterr().out


def test_a_machine_that_confines_nothing_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "probe_layers", lambda: probes("limits"))
    code, text = diagnosis(capsys)
    assert code == 1
    assert "Students' code runs not at all: nothing confines it." in text
    assert "to try: it could be done" in text


def test_the_diagnosis_can_be_read_by_machines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "probe_layers", lambda: probes(*HELD))
    code, text = diagnosis(capsys, "--json")
    found = json.loads(text)
    assert (code, found["route"]) == (0, "landlock")
    assert {"layer": "seccomp", "holds": True, "tried": "to try", "found": ""} in found["layers"]
    versions = {part["name"]: part["version"] for part in found["parts"]}
    assert versions["numpy"]
    assert "distributed" in versions  # listed whether it is there or not
