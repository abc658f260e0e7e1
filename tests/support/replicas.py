"""Several replicas of ingest on one database and one store, each with a spool and a socket."""

import socket
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Final, Self

import uvicorn

from common.bus_embedded import EmbeddedBus
from common.clock import SystemClock
from common.db import Database
from ingest.app import create_app
from liuhen.gateway import gateway
from tests.support import migrated
from tests.support.receiver import HERE, settings

COUNT: Final = 2


class Replicas:
    """Each is a server in a thread of this process."""

    def __init__(self, data: Path, *, reversed_list: bool = False) -> None:
        """With `reversed_list` each takes the other for itself, as after a mistaken setting."""
        self.data = data
        migrated.upgrade(data / "ingest.db", "ingest")
        listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(COUNT)]
        self.urls = ["http://{}:{}".format(*one.getsockname()) for one in listening]
        told = tuple(reversed(self.urls)) if reversed_list else tuple(self.urls)
        self._servers = [self._serve(number, told, one) for number, one in enumerate(listening)]

    def _serve(
        self, replica: int, urls: tuple[str, ...], listening: socket.socket
    ) -> tuple[uvicorn.Server, Thread]:
        own = settings(self.data).model_copy(
            update={
                "replica": replica,
                "replicas": urls,
                "spool_dir": self.data / f"spool-{replica}",
            }
        )
        bus = EmbeddedBus(Database(own.bus_url))
        app = gateway({"ingest": create_app(own, bus, SystemClock())}, bus)
        server = HERE.server(app)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        return server, thread

    def stop(self, replica: int) -> None:
        server, thread = self._servers[replica]
        server.should_exit = True
        thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for replica in range(COUNT):
            self.stop(replica)
