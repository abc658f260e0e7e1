"""How fast films are received, hashed and made durable: against a C program, and other servers."""

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, TypeAlias

from bench import receivers
from bench.figures import Figure
from bench.receivers import Receiver
from tools.engines.server import HERE

RUNS: Final = 5
REST_S: Final = 1.0
MIB: Final = 2**20
GIB: Final = 2**30
ONE: Final = (1, GIB)
MANY: Final = (32, 64 * MIB)
ACTIVE: Final = (64, 16 * MIB)
OF_C_ONE_MIN: Final = 0.95
OF_C_MANY_MIN: Final = 0.9
OF_PEERS_MIN: Final = 1.2
CPU_MAX_S: Final = 0.25
MEMORY_MAX_MIB: Final = 400
SHARED: Final = "the two processors, one of which the sender uses, and the disk"

Opened: TypeAlias = Callable[[Path], AbstractContextManager[Receiver]]
KEEP: Final[Opened] = partial(receivers.sink, work="keep")
RECEIVE: Final[Opened] = partial(receivers.sink, work="receive")


class RefusedError(Exception):
    """A server did not take a body: such a run measures nothing."""


class Run(NamedTuple):
    """What one sending took."""

    mib_per_s: float
    cpu_s_per_gib: float
    memory_max_mib: float


def measure() -> Sequence[Figure]:
    ours, c, bare, node, py = _in_turns(
        *ONE, receivers.liuhen, KEEP, RECEIVE, receivers.tus_node, receivers.tus_py
    )
    ours_many, c_many = _in_turns(*MANY, receivers.liuhen, KEEP)
    (active,) = _in_turns(*ACTIVE, receivers.liuhen)
    return [
        _rate("uploads.one_stream", ours, c),
        _rate("uploads.loopback", bare, c),
        _share("uploads.one_stream_of_c", ours, c, OF_C_ONE_MIN),
        _share("uploads.32_streams_of_c", ours_many, c_many, OF_C_MANY_MIN),
        _share("uploads.of_tus_node", ours, node, OF_PEERS_MIN),
        _share("uploads.of_tuspyserver", ours, py, OF_PEERS_MIN),
        Figure(
            name="uploads.cpu_besides",
            unit="CPU s/GiB besides hashing, writing and what it uses at rest",
            runs=[
                its.cpu_s_per_gib - (work.cpu_s_per_gib - alone.cpu_s_per_gib)
                for its, work, alone in zip(ours, c, bare, strict=True)
            ],
            against="the C program that only receives",
            baseline=[run.cpu_s_per_gib for run in bare],
            goal=CPU_MAX_S,
            is_more_better=False,
            limit="Python between the socket and the disk",
        ),
        Figure(
            name="uploads.memory",
            unit="MiB at most, all services, 64 bodies at once",
            runs=[run.memory_max_mib for run in active],
            goal=MEMORY_MAX_MIB,
            is_more_better=False,
            limit="what each body may hold that is not yet durable",
        ),
    ]


def _rate(name: str, runs: Sequence[Run], c: Sequence[Run]) -> Figure:
    return Figure(
        name=name,
        unit="MiB/s",
        runs=[run.mib_per_s for run in runs],
        against="the C program that receives, hashes, writes and makes durable",
        baseline=[run.mib_per_s for run in c],
        limit=SHARED,
    )


def _share(name: str, runs: Sequence[Run], peer: Sequence[Run], goal: float) -> Figure:
    return Figure(
        name=name,
        unit="of its rate",
        runs=[its.mib_per_s / other.mib_per_s for its, other in zip(runs, peer, strict=True)],
        goal=goal,
        limit=SHARED,
    )


def _in_turns(streams: int, size: int, *opened: Opened) -> list[list[Run]]:
    """The runs of each receiver, which take turns: what slows one run slows its neighbours."""
    runs: list[list[Run]] = [[] for _ in opened]
    for _ in range(RUNS):
        for its, one in zip(runs, opened, strict=True):
            its.append(_run(one, streams, size))
    return runs


def _run(opened: Opened, streams: int, size: int) -> Run:
    """Send so many bodies at once to a new server, after one that warms it up."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        place.mkdir()
        with opened(place) as receiver:
            _send(receiver, 1, MIB, Path(folder))
            resting = _cpu_at_rest(receiver)
            before_s = receiver.cpu_s()
            taken_s = _send(receiver, streams, size, Path(folder))
            cpu_s = receiver.cpu_s() - before_s - resting * taken_s
            peak = receiver.memory_max_bytes()
    total = streams * size
    return Run(total / MIB / taken_s, cpu_s / (total / GIB), peak / MIB)


def _cpu_at_rest(receiver: Receiver) -> float:
    """Seconds of a processor in a second in which nobody asks anything: every service's loops."""
    before_s = receiver.cpu_s()
    time.sleep(REST_S)
    return (receiver.cpu_s() - before_s) / REST_S


def _send(receiver: Receiver, streams: int, size: int, folder: Path) -> float:
    """Seconds until the last body was acknowledged.

    Raises:
        RefusedError: not each was.
    """
    heads = [folder / f"head-{number}" for number in range(streams)]
    for head in heads:
        head.write_bytes(receiver.begin(size))
    words = [receivers.compiled("blast"), HERE, str(receiver.port), str(size), *heads]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 - our own program
    if set(said[1:]) != {"204"}:
        raise RefusedError(said[1:])
    return float(said[0])
