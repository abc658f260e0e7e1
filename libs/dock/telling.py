"""How far a push is, for whoever stands beside it: bars on a terminal, plain lines elsewhere."""

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from dock.plan import Film
from dock.pushing import Outcome
from dock.receipt import STATES

Say = Callable[[str], None]


class Lines:
    """Plain lines: one where a film begins to be sent, one where it ends."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._begun: set[str] = set()
        self._ended = 0
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def begins(self, films: Iterable[Film]) -> None:
        sizes = [film.found.size_bytes for film in films]
        self._count = len(sizes)
        self._say(f"共 {len(sizes)} 个文件，{sum(sizes)} 字节")

    def hashed(self, film: Film, read_bytes: int) -> None: ...

    def sent(self, film: Film, offset: int, from_bytes: int) -> None:  # noqa: ARG002 - as for every teller
        with self._lock:
            is_first = film.found.path not in self._begun
            self._begun.add(film.found.path)
        if is_first and from_bytes:
            self._say(f"续传 {film.found.path}：已有 {from_bytes} / {film.found.size_bytes} 字节")
        elif is_first:
            self._say(f"开始 {film.found.path}：{film.found.size_bytes} 字节")

    def ended(self, film: Film, outcome: Outcome) -> None:
        with self._lock:
            self._ended += 1
            said = f"[{self._ended}/{self._count}] {film.found.path}：{STATES[outcome.state]}"
        self._say(f"{said}（{outcome.problem}）" if outcome.problem else said)


class Bars:
    """A bar for each film on its way, and one for all."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._whole = self._progress.add_task("合计", total=0)
        self._reached: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begins(self, films: Iterable[Film]) -> None:
        total = sum(film.found.size_bytes for film in films)
        self._progress.update(self._whole, total=total)

    def hashed(self, film: Film, read_bytes: int) -> None:
        self._show(film, f"计算摘要 {film.found.name}", read_bytes)

    def sent(self, film: Film, offset: int, from_bytes: int) -> None:
        word = "续传" if from_bytes else "上传"
        self._show(film, f"{word} {film.found.name}", offset)
        self._advance(film, offset)

    def ended(self, film: Film, outcome: Outcome) -> None:
        self._advance(film, film.found.size_bytes)
        with self._lock:
            task = self._tasks.pop(film.found.path, None)
        if task is not None:
            self._progress.remove_task(task)
        said = f"{film.found.path}：{STATES[outcome.state]} {outcome.problem or ''}"
        self._progress.console.print(said, markup=False, highlight=False)

    def _show(self, film: Film, said: str, done: int) -> None:
        with self._lock:
            if film.found.path not in self._tasks:
                self._tasks[film.found.path] = self._progress.add_task(said)
            task = self._tasks[film.found.path]
        size = film.found.size_bytes
        self._progress.update(task, description=said, completed=done, total=size)

    def _advance(self, film: Film, reached: int) -> None:
        with self._lock:
            step = reached - self._reached.get(film.found.path, 0)
            self._reached[film.found.path] = reached
        self._progress.advance(self._whole, step)
