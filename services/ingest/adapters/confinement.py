"""What a process gives up before it reads a film: time, memory, files, sockets, other processes.

Run by itself it gives all up, tries what must fail then, and prints what is not enforced here. It
imports little, because it is started once for every clip.
"""

import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final, Self

from ingest.adapters import seccomp

STANDARD_FILES: Final = 3
"""Input, output and errors: what a process was handed and may not add to."""
NICENESS: Final = 10


@dataclass(frozen=True)
class Limits:
    """How much of the machine a process may use; reaching any of it ends the process."""

    cpu_s: int
    wall_s: int
    """The kernel's alarm, which ends also a process that hangs in C."""
    memory_bytes: int
    output_bytes: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, said: str) -> Self:
        return cls(**json.loads(said))


def confine(limits: Limits) -> list[str]:
    """Give up what reading a film does not need, for good; return what cannot be had here."""
    missing = [
        name
        for name, what, most in (
            ("cpu time", resource.RLIMIT_CPU, limits.cpu_s),
            ("memory", resource.RLIMIT_AS, limits.memory_bytes),
            ("output", resource.RLIMIT_FSIZE, limits.output_bytes),
            ("core dumps", resource.RLIMIT_CORE, 0),
            ("open files", resource.RLIMIT_NOFILE, STANDARD_FILES),
        )
        if not _is_limited(what, most)
    ]
    signal.alarm(limits.wall_s)
    os.nice(NICENESS)
    return missing if seccomp.forbid() else [*missing, "system calls"]


def _is_limited(what: int, most: int) -> bool:
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):  # macOS has no limit of a process's memory
        return False
    return True


def main() -> None:
    missing = confine(Limits(cpu_s=10, wall_s=10, memory_bytes=1024**3, output_bytes=64 * 1024))
    json.dump([*missing, *(name for name, act in ACTS.items() if _can(act))], sys.stdout)


def _can(act: Callable[[], None]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


def _open_socket() -> None:
    socket.socket().close()


def _open_file() -> None:
    os.close(os.open("/", os.O_RDONLY))


def _start_process() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


ACTS: Final = {"sockets": _open_socket, "files": _open_file, "processes": _start_process}
"""What must fail in a confined process."""


if __name__ == "__main__":
    main()
