"""What ``mathgrade doctor`` finds: how students' code is confined here, what is installed."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata

from mathgrade.autograde.sandbox.probing import Probe, probe_layers

__all__ = ["Diagnosis", "Part", "Route", "diagnose"]

_PACKAGES = (
    ("nbgrader", "the course itself"),
    ("jupyterlab", "writing notebooks"),
    ("ipykernel", "running notebooks"),
    ("numpy", "values"),
    ("sympy", "formulas"),
    ("python-flint", "deciding equality"),
    ("matplotlib", "plots"),
    ("latex2mathml", "formulas on feedback pages"),
    ("distributed", "marking on a Dask cluster (optional)"),
    ("playwright", "tests in a browser (optional)"),
)
_PROGRAMS = (
    ("bwrap", "bubblewrap, which confines where Landlock is missing (optional)"),
    ("chromium", "tests in a browser (optional)"),
)


class Route(StrEnum):
    """How students' code runs on this machine."""

    LANDLOCK = "in warm kernels, confined by Landlock and seccomp"
    BUBBLEWRAP = "in kernels with a bubble each, which are slower to start"
    NONE = "not at all: nothing confines it"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that can be installed.

    Attributes:
        name: of the package or program.
        use: what it is for.
        version: version, or path of a program; empty if it is not there.
    """

    name: str
    use: str
    version: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found.

    Attributes:
        route: how students' code runs here.
        layers: the layers of the sandbox, each tried.
        parts: what is installed.
        python: version of the interpreter.
    """

    route: Route
    layers: tuple[Probe, ...]
    parts: tuple[Part, ...]
    python: str


def diagnose() -> Diagnosis:
    """Try the layers of the sandbox and look up what is installed."""
    layers = probe_layers()
    parts = [Part(name, use, _version(name)) for name, use in _PACKAGES]
    parts += [Part(name, use, shutil.which(name) or "") for name, use in _PROGRAMS]
    return Diagnosis(route_of(layers), layers, tuple(parts), sys.version.split()[0])


def route_of(layers: tuple[Probe, ...]) -> Route:
    """How students' code runs, from the layers that hold."""
    held = {probe.layer for probe in layers if probe.holds}
    if {"limits", "landlock", "seccomp"} <= held:
        return Route.LANDLOCK
    if {"limits", "seccomp", "bubblewrap"} <= held:
        return Route.BUBBLEWRAP
    return Route.NONE


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
