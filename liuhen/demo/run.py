"""`liuhen demo`: the product in this process, and the story told against it over HTTP."""

import json
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID, uuid4

import uvicorn
from rich.console import Console

from common import logs
from common.clock import SystemClock
from liuhen import setup, standalone
from liuhen.demo.cast import PASSWORD, PEOPLE
from liuhen.demo.line import PAUSE_S, Line
from liuhen.demo.stage import HERE, Stage, Teller
from liuhen.demo.story import CHAPTERS, Outcome, play
from liuhen.demo.telling import Telling
from liuhen.door import Door

LOOPBACK: Final = "127.0.0.1"
QUIET: Final = 40  # logging.ERROR: the story is told by its teller


def demo(
    *,
    data: Path | None,
    port: int,
    stay: bool,
    json_file: Path | None,
    story_id: UUID | None = None,
) -> int:
    """Play the story and return the exit code: 0 only if every chapter ended as told.

    Raises:
        ProductionError: demo accounts have no place in production.
        FolderInUseError: another process works on `data`, or it is not empty.
    """
    if setup.is_production():
        raise setup.ProductionError("the demo's accounts are public: not in production")
    out: object = sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="replace")  # a terminal without these letters shows "?" instead
    console = Console()
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="liuhen-demo-")))
        stack.enter_context(standalone.locked(folder))
        if {path.name for path in folder.iterdir()} - {"lock"}:
            raise standalone.FolderInUseError(f"{folder} is not empty: the demo needs a new folder")
        (folder / standalone.DEMO_MARK).touch()
        address = stack.enter_context(running(folder, port))
        console.print(f"[bold]Liuhen 留痕[/bold]  {address}  [dim]{folder}[/dim]\n")
        films = Path(stack.enter_context(TemporaryDirectory(prefix="liuhen-films-")))
        telling = Telling(console)
        stage = stack.enter_context(staged(address, folder, films, telling, story_id))
        outcomes = _tell(console, telling, stage)
        if json_file:
            steps = [outcome.as_json() for outcome in outcomes]
            json_file.write_text(json.dumps({"steps": steps}, ensure_ascii=False, indent=1) + "\n")
        if stay:
            _stay(console, stage)
    return 0 if len(outcomes) == len(CHAPTERS) and outcomes[-1].result == "ok" else 1


@contextmanager
def staged(
    address: str, data: Path, films: Path, teller: Teller, story_id: UUID | None = None
) -> Generator[Stage]:
    """A story (a new one without `story_id`) on the product at `address` with data in `data`."""
    line = Line(address)
    yield Stage(
        line=line,
        teller=teller,
        story_id=story_id or uuid4(),
        folder=films,
        setup_code=data / setup.SETUP_CODE,
        exports_dir=data / "exports",
        today=datetime.now(HERE).date(),
    )
    line.close()


@contextmanager
def running(data: Path, port: int) -> Generator[str]:
    """The product on `data` in a thread of this process; yields its address."""
    logs.configure(QUIET)
    clock = SystemClock()
    standalone.prepare(data, clock)
    port = port or free_port()
    options = Door(LOOPBACK, port).uvicorn_options()
    server = uvicorn.Server(uvicorn.Config(standalone.create_app(data, clock), **options))
    thread = threading.Thread(target=server.run, name="liuhen", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(PAUSE_S)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _tell(console: Console, telling: Telling, stage: Stage) -> list[Outcome]:
    """Play the chapters in order, up to the first that fails: later ones build on it."""
    outcomes: list[Outcome] = []
    for number, chapter in enumerate(CHAPTERS, 1):
        telling.begin(number, chapter.title)
        with telling.bars():
            outcomes.append(play(chapter, stage))
        done = outcomes[-1]
        telling.end(done.result == "ok", done.ms, done.detail)
        if done.result != "ok":
            break
    total_ms = sum(outcome.ms for outcome in outcomes)
    good = sum(outcome.result == "ok" for outcome in outcomes)
    console.print(f"[bold]{good}/{len(CHAPTERS)}[/bold] {total_ms / 1000:.1f} s")
    return outcomes


def _stay(console: Console, stage: Stage) -> None:
    people = "、".join(f"{stage.username(one.key)}（{one.name}）" for one in PEOPLE)
    console.print(f"\n{stage.line.base_url}  Ctrl+C 结束\n账号：{people}\n口令：{PASSWORD}")
    body = json.dumps({"username": stage.username("li"), "password": PASSWORD})
    sign_in = f"curl -H 'content-type: application/json' -d '{body}'"
    console.print(f"{sign_in} {stage.line.base_url}/identity/v1/sessions", soft_wrap=True)
    console.print(f"证据文件夹：{stage.exports_dir / stage.id('export')}", soft_wrap=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket() as free:
        free.bind((LOOPBACK, 0))
        return free.getsockname()[1]
