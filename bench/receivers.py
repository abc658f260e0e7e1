"""What films can be sent to: this product, other servers of the protocol, and the bare limit."""

import os
import sys
from base64 import b64encode
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from common.auth import Requester
from common.clock import SystemClock
from contracts.identity import Role
from identity.adapters.keys import SigningKeys
from tools.engines import tus_clients
from tools.engines.cache import fetch, kept
from tools.engines.server import HERE, Server, free_ports

STREAMS: Final = Path(__file__).parent / "streams"
TUS_NODE: Final = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")
TUS_PY: Final = "tuspyserver==4.4.3"
TUS: Final = {"tus-resumable": "1.0.0"}


@dataclass(frozen=True)
class Receiver:
    """A server that runs."""

    port: int
    pid: int
    begin: Callable[[int], bytes]
    """Announces so many bytes, and returns the head of the request that brings them."""

    def cpu_s(self) -> float:
        """Seconds of a processor that it has used, by the kernel's count."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_max_bytes(self) -> int:
        """The most that it has held so far."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (peak,) = (line for line in lines if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024


def compiled(name: str) -> Path:
    """A program of `streams/`, by the machine's own compiler."""
    source = STREAMS / f"{name}.c"

    def build(folder: Path) -> None:
        words = ["cc", "-O2", "-D_GNU_SOURCE", "-o", str(folder / name), str(source), "-pthread"]
        libraries = ["-l:libcrypto.so.3"] if name == "sink" else []
        fetch([*words, *libraries])

    stamp = f"{source.stat().st_mtime_ns:x}"
    return kept(f"bench-{name}-{stamp}", build) / name


@contextmanager
def sink(folder: Path, work: str) -> Generator[Receiver]:
    """The C program that does `work` and nothing else."""
    (port,) = free_ports(1)
    command = [str(compiled("sink")), str(port), str(folder), work]
    with _running("sink", command, folder, port) as pid:
        yield Receiver(port, pid, lambda size: _head("PATCH", "/", {}, size))


@contextmanager
def liuhen(folder: Path) -> Generator[Receiver]:
    """This product, all services in one process."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "liuhen", "up", "--data", str(folder), "--port", str(port)]
    with _running("liuhen", command, folder.parent, port) as pid:
        who = Requester(
            subject=uuid4(),
            agency_id=uuid4(),
            unit_id=None,
            roles=frozenset({Role.OFFICER}),
            bound_to=frozenset(),
        )
        token = SigningKeys.open(folder / "keys").sign(who, SystemClock().now())
        headers = TUS | {"authorization": f"Bearer {token}"}
        address = f"http://{HERE}:{port}/ingest/uploads/"
        yield Receiver(port, pid, lambda size: _announced(address, headers, size, _said(who)))


@contextmanager
def tus_node(folder: Path) -> Generator[Receiver]:
    """@tus/server, the reference server on Node: it neither hashes nor makes anything durable."""
    packages = kept(f"tus-node-{TUS_NODE[0].rpartition('@')[2]}", _install_node)
    (port,) = free_ports(1)
    script = str(STREAMS / "tus_node.mjs")
    command = [tus_clients.node(), script, str(packages), str(port), str(folder)]
    with _running("tus-node", command, folder, port) as pid:
        address = f"http://{HERE}:{port}/files"
        yield Receiver(port, pid, lambda size: _announced(address, TUS, size, {}))


@contextmanager
def tus_py(folder: Path) -> Generator[Receiver]:
    """tuspyserver: it neither hashes nor makes anything durable."""
    packages = kept(f"tus-py-{TUS_PY.rpartition('=')[2]}", _install_py)
    (port,) = free_ports(1)
    command = [sys.executable, str(STREAMS / "tus_py.py"), str(port), str(folder)]
    env = dict(os.environ) | {"PYTHONPATH": str(packages)}
    with _running("tus-py", command, folder, port, env) as pid:
        address = f"http://{HERE}:{port}/files"
        yield Receiver(port, pid, lambda size: _announced(address, TUS, size, {"filename": "x"}))


@contextmanager
def _running(
    name: str, command: Sequence[str], folder: Path, port: int, env: Mapping[str, str] | None = None
) -> Generator[int]:
    server = Server(name, command, folder / f"{name}.log", lambda: _listens(port), env)
    server.start()
    try:
        yield server.pid
    finally:
        server.stop()


def _listens(port: int) -> bool:
    try:
        httpx.get(f"http://{HERE}:{port}/healthz", trust_env=False, timeout=5)
    except httpx.RemoteProtocolError:
        return True
    except httpx.TransportError:
        return False
    return True


def _announced(
    address: str, headers: Mapping[str, str], size: int, said: Mapping[str, str]
) -> bytes:
    """Announce a byte more than will be sent: what is measured is receiving, not what follows."""
    pairs = (f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
    announcing = {"upload-length": str(size + 1)} | (
        {"upload-metadata": ",".join(pairs)} if said else {}
    )
    answer = httpx.post(address, headers={**headers, **announcing}, trust_env=False, timeout=60)
    answer.raise_for_status()
    path = urlsplit(answer.headers["location"]).path
    return _head("PATCH", path, headers, size)


def _head(method: str, path: str, headers: Mapping[str, str], size: int) -> bytes:
    said = {
        "host": HERE,
        **headers,
        "content-type": "application/offset+octet-stream",
        "upload-offset": "0",
        "content-length": str(size),
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in said.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _said(who: Requester) -> Mapping[str, str]:
    return {
        "clip_id": str(uuid4()),
        "sha256": "0" * 64,
        "recorded_start": "2026-01-05T09:00:00+08:00",
        "recorded_end": "2026-01-05T09:02:00+08:00",
        "carrier": "body_camera",
        "filmed_by": str(who.subject),
        "device_no": "BENCH-1",
        "filename": "film.mp4",
        "filetype": "video/mp4",
    }


def _install_node(folder: Path) -> None:
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--save-exact")
    fetch(["npm", "install", "--prefix", str(folder), *quiet, *TUS_NODE])


def _install_py(folder: Path) -> None:
    fetch([sys.executable, "-m", "uv", "pip", "install", "-q", "--target", str(folder), TUS_PY])
