"""A PostgreSQL server of our own, in a temporary folder, reached through a socket."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADVICE = "needs PostgreSQL (apt-get install postgresql)"


def programs() -> Path | None:
    """The folder of initdb and postgres; None if PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@dataclass(frozen=True)
class Server:
    """A server that is running."""

    sockets: Path

    def database(self, template: str = "template1") -> str:
        """The URL of a database of its own, a copy of ``template``."""
        import psycopg

        name = f"course_{uuid.uuid4().hex}"
        where = f"host={self.sockets} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}")
        return f"postgresql+psycopg:///{name}?host={self.sockets}&user=postgres"


@contextlib.contextmanager
def server(bin_folder: Path) -> Iterator[Server]:
    """Start one; it ends with the block."""
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        made = [str(bin_folder / "initdb"), "-D", str(folder / "data"), "-A", "trust"]
        subprocess.run(
            [*made, "-U", "postgres", "--no-sync"], check=True, user=user, cwd="/",
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        control = [str(bin_folder / "pg_ctl"), "-D", str(folder / "data"), "-w"]
        options = f"-k {folder} -c listen_addresses='' -F"
        log = ["-l", str(folder / "log"), "-o", options]
        subprocess.run(
            [*control, *log, "start"], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL
        )
        try:
            yield Server(folder)
        finally:
            subprocess.run(
                [*control, "-m", "immediate", "stop"], check=True, user=user, cwd="/",
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
