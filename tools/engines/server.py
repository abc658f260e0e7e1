"""A server in a process of its own: started, waited for, stopped or killed by its own id."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection, socket
from typing import Final

from tools.engines.cache import EngineError

HERE: Final = "127.0.0.1"
READY_MAX_S: Final = 60.0
STOP_MAX_S: Final = 20.0
PAUSE_S: Final = 0.05


@dataclass
class Server:
    """One server. `start` again after `stop` or `kill` goes on with the same data."""

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool]
    env: Mapping[str, str] | None = None
    user: str | None = None
    """Whose rights it runs with, where it refuses to be root."""
    stop_signal: signal.Signals = signal.SIGTERM
    not_yet: bytes = b""
    """What it says when it ends at once because children of a killed one have not ended yet: it is
    then started again, as a supervisor would."""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Return when it is ready.

        Raises:
            EngineError: it ended, or took too long; shows the end of its log.
        """
        deadline = time.monotonic() + READY_MAX_S
        process, before = self._begin()
        while not self.is_ready():
            is_late, has_ended = time.monotonic() > deadline, process.poll() is not None
            if has_ended and not is_late and self._must_wait(before):
                process, before = self._begin()
            elif has_ended or is_late:
                self.kill()
                raise EngineError(f"{self.name} does not start:\n{self.said()}")
            time.sleep(PAUSE_S)

    def _begin(self) -> tuple[subprocess.Popen[bytes], int]:
        """Start the process; also tell how long its log was before."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                user=self.user,
                start_new_session=True,  # Ctrl+C is ours to pass on, in order
            )
            return self.process, log.tell()

    def _must_wait(self, before: int) -> bool:
        return bool(self.not_yet) and self.not_yet in self.log.read_bytes()[before:]

    def pause(self) -> None:
        """Let it hang, as a machine may: it takes connections and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitpid(self.pid, os.WUNTRACED)  # or a thread of it might still answer

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        """Its number, while it runs.

        Raises:
            EngineError: it does not.
        """
        if self.process is None:
            raise EngineError(f"{self.name} does not run")
        return self.process.pid

    def stop(self) -> None:
        """End it as its operator would."""
        self.end(self.stop_signal)

    def kill(self) -> None:
        """End it as a power cut of the process would."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_MAX_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def start_all(servers: Sequence[Server]) -> None:
    """Start at once what does not run, and return when all are ready; the first failure is raised.

    At once, because brokers wait for each other.
    """
    asleep = [it for it in servers if it.process is None or it.process.poll() is not None]
    with ThreadPoolExecutor(max(1, len(asleep))) as threads:
        for started in [threads.submit(server.start) for server in asleep]:
            started.result()


def listens(port: int) -> bool:
    """Whether somebody answers on this port of this machine."""
    try:
        create_connection((HERE, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on, all different."""
    sockets = [socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HERE, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
