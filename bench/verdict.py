"""How long after a clip is stored its verdict can be read, at five clips a second."""

import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID, uuid4

from bench.figures import Figure
from liuhen.demo import zezhou
from liuhen.demo.film import make_film
from liuhen.demo.line import Line
from liuhen.demo.phone import Phone
from liuhen.demo.run import Product, free_port, staged
from liuhen.demo.stage import Stage
from liuhen.demo.telling import Silent

CLIPS: Final = 210
CLIPS_PER_S: Final = 5
IDLE_CLIPS: Final = 40
BLOCKS: Final = 3
GOAL_S: Final = 1.0
PATIENCE_S: Final = 60.0
LOOK_S: Final = 0.05
"""How often somebody waiting looks again; a look before the clip is known is a recorded refusal."""
LIMIT: Final = (
    "the machine, whose processors all services, the phones and those who look share; the path "
    "itself is four commits (stored, known, linked, judged) and two hops over the bus"
)


def measure() -> Sequence[Figure]:
    with TemporaryDirectory() as place:
        data = Path(place) / "data"
        data.mkdir()
        with _product(data) as address:
            return measure_on("verdict", Product.on_one_box(address, data))


def measure_on(name: str, product: Product) -> Sequence[Figure]:
    """The same on a product that runs already; the figures are called after `name`."""
    with TemporaryDirectory() as films, staged(product, Path(films), Silent()) as stage:
        zezhou.people_and_agencies(stage)
        zezhou.law_and_case(stage)
        street = Street(stage)
        street.block(5, None)  # the first requests of a new process say nothing about the rest
        busy: list[list[float]] = []
        idle: list[list[float]] = []
        for _ in range(BLOCKS):
            idle.append(street.block(IDLE_CLIPS // BLOCKS, None))
            busy.append(street.block(CLIPS // BLOCKS, CLIPS_PER_S))
    return [
        _figure(f"{name}.p50", 50, busy, idle, goal_s=None),
        _figure(f"{name}.p99", 99, [list(chain(*busy))], [list(chain(*idle))], goal_s=GOAL_S),
    ]


def _figure(
    name: str,
    percent: int,
    busy: Sequence[Sequence[float]],
    idle: Sequence[Sequence[float]],
    *,
    goal_s: float | None,
) -> Figure:
    return Figure(
        name=name,
        unit="s",
        runs=[_percentile(block, percent) for block in busy],
        baseline=[_percentile(block, percent) for block in idle],
        against="one clip at a time on the same product",
        goal=goal_s,
        is_more_better=False,
        limit=LIMIT,
    )


def _percentile(taken_s: Sequence[float], percent: int) -> float:
    return quantiles(taken_s, n=100, method="inclusive")[percent - 1]


@contextmanager
def _product(data: Path) -> Generator[str]:
    """`liuhen up` in a process of its own: whoever measures must not share its interpreter."""
    port = free_port()
    words = [sys.executable, "-m", "liuhen", "up", "--data", str(data), "--port", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own command
        try:
            line = Line(f"http://127.0.0.1:{port}")
            line.call("GET", "/healthz")  # tries until it answers
            line.close()
            yield line.base_url
        finally:
            process.terminate()


class Street:
    """Clips that come in, each for its own inspection, and somebody waiting for each verdict."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        path = stage.folder / "bench.mp4"
        make_film(path, stage.at("09:31:00"), 5, "BENCH")
        self._film = path.read_bytes()

    def block(self, clips: int, per_s: float | None) -> list[float]:
        """Seconds from stored to readable of each clip; `per_s` None: one after the other."""
        inspections = [self._inspection() for _ in range(clips)]
        if per_s is None:
            return [self._one(activity) for activity in inspections]
        began = time.perf_counter()
        with ThreadPoolExecutor(16) as people:
            waiting: list[Future[float]] = []
            for number, activity in enumerate(inspections):
                time.sleep(max(0.0, began + number / per_s - time.perf_counter()))
                waiting.append(people.submit(self._one, activity))
            return [done.result() for done in waiting]

    def _inspection(self) -> UUID:
        """Record an inspection with its moments; it happened before its films come in."""
        activity, stage = uuid4(), self._stage
        path = f"/catalog/v1/activities/{activity}"
        body = {
            "case_id": stage.id(zezhou.CASE),
            "stage": "on_site_inspection",
            "place": "厂区",
            "officers": [stage.id("li"), stage.id("wang")],
        }
        stage.done("li", "PUT", path, body)
        for milestone, clock in zezhou.MILESTONES.items():
            at = {"at": stage.at(clock).isoformat()}
            stage.done("li", "PUT", f"{path}/milestones/{milestone}", at)
        return activity

    def _one(self, activity: UUID) -> float:
        stage = self._stage
        clip = self._send(uuid4())
        stored = time.perf_counter()
        self._until(f"/catalog/v1/clips/{clip}", _exists)
        link = {"clip_id": str(clip), "activity_id": str(activity)}
        stage.done("li", "PUT", f"/catalog/v1/links/{uuid4()}", link)
        self._until(f"/checklist/v1/activities/{activity}/evaluation", _counts_the_clip)
        return time.perf_counter() - stored

    def _send(self, client_id: UUID) -> UUID:
        path = self._stage.folder / f"{client_id}.mp4"
        path.write_bytes(self._film + _padding(client_id))
        start = self._stage.at("09:31:00")
        metadata = {
            "recorded_start": start.isoformat(),
            "recorded_end": start.replace(second=5).isoformat(),
            "carrier": "body_camera",
            "filmed_by": self._stage.id("li"),
            "device_no": "BENCH",
            "unit_id": self._stage.id("zezhou.team"),
        }
        with Phone(self._stage.line.base_url, self._stage.token("li")) as phone:
            report = phone.upload(path, client_id, metadata)
        path.unlink()
        return report.clip_id

    def _until(self, path: str, seen: Callable[[Any], bool]) -> None:
        deadline = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < deadline:
            answer = self._stage.call("li", "GET", path)
            if answer.is_success and seen(answer.json()):
                return
            time.sleep(LOOK_S)
        raise TimeoutError(path)


def _exists(_answer: object) -> bool:
    return True


def _counts_the_clip(evaluation: dict[str, Any]) -> bool:
    """The five filmed seconds are no longer part of what is missing."""
    return any(finding["covered_ms"] for finding in evaluation["findings"])


def _padding(client_id: UUID) -> bytes:
    """An MP4 box that players skip; makes each clip's digest its own."""
    return b"\x00\x00\x00\x18free" + client_id.bytes
