"""The way from a client to a server: it counts what passes and can be cut in the middle."""

import socket
import threading
from contextlib import suppress
from typing import Self

PIECE_BYTES = 16 * 1024


class Wire:
    """Forwards connections to `target`. Everything that a client sends is counted."""

    def __init__(self, target: int) -> None:
        self.sent_bytes = 0
        """By clients, in all."""
        self.reached = threading.Event()
        """Whether `cut_after` bytes have passed."""
        self._target = target
        self._lock = threading.Lock()
        self._cut_after: int | None = None
        self._holds = False
        self._open: set[socket.socket] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int, *, holds: bool = False) -> None:
        """Let so many more bytes pass, then cut, or with `holds` let nothing more pass."""
        with self._lock:
            self._cut_after, self._holds = self.sent_bytes + count, holds
            self.reached.clear()

    def mend(self) -> None:
        """Let everything pass again; what was held is lost with its connection."""
        with self._lock:
            self._cut_after = None
        self._close_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._close_all()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._socket.accept()[0]
                if self._is_cut and not self._holds:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(("127.0.0.1", self._target))
                except OSError:  # it was killed
                    client.close()
                    continue
                with self._lock:
                    self._open |= {client, server}
                for way in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(PIECE_BYTES):
                if self._is_clients(target):
                    content = self._counted(content)
                target.sendall(content)
                if self._is_cut and not self._holds:
                    self._close_all()
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _is_clients(self, target: socket.socket) -> bool:
        """Whether what goes there comes from a client."""
        return target.getpeername()[1] == self._target

    def _counted(self, content: bytes) -> bytes:
        with self._lock:
            if self._cut_after is not None:
                content = content[: max(0, self._cut_after - self.sent_bytes)]
            self.sent_bytes += len(content)
        if self._is_cut:
            self.reached.set()
        return content

    @property
    def _is_cut(self) -> bool:
        return self._cut_after is not None and self.sent_bytes >= self._cut_after

    def _close_all(self) -> None:
        with self._lock:
            open_now, self._open = self._open, set()
        for end in open_now:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
