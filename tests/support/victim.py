"""`liuhen up` in a process of its own, which is killed without warning and started again."""

import random
import signal
import ssl
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket

import httpx

READY_S = 60.0
LIFE_MIN_S, LIFE_MAX_S = 0.05, 2.0
"""How long a life lasts after it is ready to work; the story's steps take tenths of a second."""


@dataclass
class Victim:
    """The product on a data folder."""

    data: Path
    port: int = 0
    kills: int = 0
    tls: tuple[Path, Path] | None = None
    """A certificate and its key."""
    module: str = "liuhen"
    """Which program it is."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.port:
            with socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]

    @property
    def address(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def trust(self) -> ssl.SSLContext | bool:
        """What a client must trust to speak with it."""
        return ssl.create_default_context(cafile=self.tls[0]) if self.tls else True

    def start(self) -> None:
        """Start a life and return when it answers."""
        words = ["-m", self.module, "up", "--data", str(self.data), "--port", str(self.port)]
        if self.tls:
            words += ["--cert", str(self.tls[0]), "--key", str(self.tls[1])]
        log = (self.data.parent / "victim.log").open("ab")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        waiting = threading.Event()
        with httpx.Client(base_url=self.address, verify=self.trust(), timeout=5) as client:
            for _ in range(int(READY_S / 0.05)):
                assert self._process.poll() is None, "it ended by itself"
                try:
                    if client.get("/healthz").is_success:
                        return
                except httpx.TransportError:
                    waiting.wait(0.05)
        raise AssertionError("it never answered")

    def kill(self) -> None:
        """End this life as a power cut of the process would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        """End the last life, gently."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()

    def torment(self, dice: random.Random, kills: int, work: threading.Thread) -> None:
        """Kill and restart at random moments while `work` runs, up to `kills` times."""
        for _ in range(kills):
            work.join(dice.uniform(LIFE_MIN_S, LIFE_MAX_S))
            if not work.is_alive():
                return
            self.kill()
            self.start()
