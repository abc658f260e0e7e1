"""Ingest alone as a real process on a real socket, to be killed at any moment and started again.

The test holds the listening socket: while no process lives, clients wait instead of being refused.
A parent that has everything imported forks each life, so that starting again takes no second.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from common.bus_embedded import EmbeddedBus
from common.clock import SystemClock
from common.db import Database
from ingest.app import create_app
from ingest.operations import intake
from ingest.operations.intake import COMMIT_BYTES
from ingest.settings import Settings
from liuhen.door import Door
from liuhen.gateway import gateway
from tests.support import migrated

ROOT = Path(__file__).parents[2]
HERE: Final = Door("127.0.0.1", 0)


class Receiver:
    """One data folder and one address through many lives of the process."""

    def __init__(self, data: Path, commit_bytes: int = COMMIT_BYTES) -> None:
        """With small `commit_bytes` more moments lie between two commit points."""
        self.data = data
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self.base_url = "http://{}:{}".format(*self.address)
        migrated.upgrade(data / "ingest.db", "ingest")
        self._log = (self.data / "receiver.log").open("ab")
        self._parent = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", __name__),
                *(str(self.data), str(self._socket.fileno()), str(commit_bytes)),
            ],
            cwd=ROOT,
            pass_fds=[self._socket.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            bufsize=1,
        )
        self.start()

    def start(self) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.write("start\n")
        self._pid = int(self._heard())

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        assert self.is_ended()

    def end(self) -> None:
        """Tell the process to end, as who upgrades it does; `is_ended` waits until it has."""
        os.kill(self._pid, signal.SIGTERM)

    def is_ended(self) -> bool:
        return self._heard() == "dead\n"

    def _heard(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.kill()
        with self._parent, self._log, self._socket:
            assert self._parent.stdin is not None
            self._parent.stdin.close()
        if kind:
            sys.stderr.write((self.data / "receiver.log").read_text())


def settings(data: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{data}/ingest.db",
        bus_url=f"sqlite:///{data}/bus.db",
        jwks_url=(data / "keys" / "jwks.json").as_uri(),
        objects_url=(data / "objects").as_uri(),
        spool_dir=data / "spool",
    )


def serve(data: Path, listening: int) -> None:
    bus = EmbeddedBus(Database(settings(data).bus_url))
    app = gateway({"ingest": create_app(settings(data), bus, SystemClock())}, bus)
    HERE.server(app).run([socket.socket(fileno=listening)])


def main() -> None:
    """Each line on standard input asks for a life; its number and its end are said."""
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            commit_bytes = int(sys.argv[3])
            sync_bytes = min(commit_bytes // 4, intake.SYNC_BYTES)
            for name, size in ("COMMIT_BYTES", commit_bytes), ("SYNC_BYTES", sync_bytes):
                setattr(intake, name, size)  # Final to all others
            serve(Path(sys.argv[1]), int(sys.argv[2]))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os.waitpid(pid, 0)
        sys.stdout.write("dead\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
