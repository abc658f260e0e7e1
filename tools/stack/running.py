"""Remembers which processes are the running stack's, so that another command can end them."""

import json
import os
import shutil
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tools.engines.server import STOP_MAX_S
from tools.stack.stack import Stack

STATE: Final = "state.json"
LINES: Final = 50
PAUSE_S: Final = 0.1


class NotRunningError(Exception):
    """There is no stack, or there is one already; says which."""


@dataclass(frozen=True)
class Process:
    """One server of the stack."""

    name: str
    pid: int
    born: str
    """When the kernel started it, in its ticks: a number given again to another is not it."""
    log: str
    stop_signal: int

    def is_alive(self) -> bool:
        return _born(self.pid) == self.born

    def end(self) -> None:
        """End it as its operator would, and by force if it does not listen."""
        deadline = time.monotonic() + STOP_MAX_S
        while self.is_alive():
            how = self.stop_signal if time.monotonic() < deadline else signal.SIGKILL
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)
            time.sleep(PAUSE_S)


def remember(stack: Stack) -> None:
    """Write down what runs; the passwords stay in the processes."""
    processes = [
        asdict(
            Process(
                server.name,
                server.process.pid,
                _born(server.process.pid),
                str(server.log),
                int(server.stop_signal),
            )
        )
        for server in stack.servers
        if server.process
    ]
    state = {"address": stack.address, "processes": processes}
    (stack.folder / STATE).write_text(json.dumps(state, indent=1))


def refuse_second(folder: Path) -> None:
    """Clear the folder of a stack that is gone.

    Raises:
        NotRunningError: it still runs.
    """
    if (folder / STATE).exists() and any(it.is_alive() for it in _read(folder)[1]):
        raise NotRunningError("a stack runs already: ./dev stack down ends it")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def status(folder: Path) -> str:
    """What runs and where, a line each.

    Raises:
        NotRunningError: nothing was started.
    """
    address, processes = _read(folder)
    lines = [
        f"{'runs' if it.is_alive() else 'ENDED':6} {it.pid:8} {it.name:10} {it.log}"
        for it in processes
    ]
    return "\n".join([address, *lines])


def log(folder: Path, name: str) -> str:
    """The end of a process's log.

    Raises:
        NotRunningError: there is no such process.
    """
    for process in _read(folder)[1]:
        if process.name == name:
            lines = Path(process.log).read_text(errors="replace").splitlines(keepends=True)
            return "".join(lines[-LINES:])
    raise NotRunningError(f"no process {name}: ./dev stack status names them")


def stop(folder: Path) -> None:
    """End every process, the engines last, and remove what they kept.

    Raises:
        NotRunningError: nothing was started.
    """
    for process in reversed(_read(folder)[1]):
        process.end()
    shutil.rmtree(folder)


def _read(folder: Path) -> tuple[str, Sequence[Process]]:
    try:
        state = json.loads((folder / STATE).read_text())
    except FileNotFoundError as error:
        raise NotRunningError("no stack runs: ./dev stack up starts one") from error
    return state["address"], [Process(**it) for it in state["processes"]]


def _born(pid: int) -> str:
    """Empty when there is no such process, or it is one that only waits to be buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
