"""`liuhen demo`: the product in this process, and the story told against it over HTTP."""

import json
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Final, Self
from uuid import UUID, uuid4

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


@dataclass(frozen=True)
class Product:
    """A product to play the story on, and the places an operator of it can look into."""

    address: str
    setup_code: Path
    exports_dir: Path

    @classmethod
    def on_one_box(cls, address: str, data: Path) -> Self:
        return cls(address, data / setup.SETUP_CODE, data / "exports")


def demo(
    *,
    data: Path | None,
    port: int,
    stay: bool,
    json_file: Path | None,
    story_id: UUID | None = None,
) -> int:
    """Play the story on a product of its own; the exit code is as of `tell`.

    Raises:
        ProductionError: demo accounts have no place in production.
        FolderInUseError: another process works on `data`, or it is not empty.
    """
    with ExitStack() as stack:
        refuse_in_production()
        folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="liuhen-demo-")))
        stack.enter_context(standalone.locked(folder))
        if {path.name for path in folder.iterdir()} - {"lock"}:
            raise standalone.FolderInUseError(f"{folder} is not empty: the demo needs a new folder")
        (folder / standalone.DEMO_MARK).touch()
        product = Product.on_one_box(stack.enter_context(running(folder, port)), folder)
        return tell(product, str(folder), stay=stay, json_file=json_file, story_id=story_id)


def refuse_in_production() -> None:
    """Raise `ProductionError` where demo accounts have no place."""
    if setup.is_production():
        raise setup.ProductionError("the demo's accounts are public: not in production")


def tell(
    product: Product,
    place: str,
    *,
    stay: bool,
    json_file: Path | None,
    story_id: UUID | None = None,
) -> int:
    """Play the story and return the exit code: 0 only if every chapter ended as told."""
    out: object = sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="replace")  # a terminal without these letters shows "?" instead
    console = Console()
    console.print(f"[bold]Liuhen 留痕[/bold]  {product.address}  [dim]{place}[/dim]\n")
    with ExitStack() as stack:
        films = Path(stack.enter_context(TemporaryDirectory(prefix="liuhen-films-")))
        telling = Telling(console)
        stage = stack.enter_context(staged(product, films, telling, story_id))
        outcomes = _tell(console, telling, stage)
        if json_file:
            steps = [outcome.as_json() for outcome in outcomes]
            json_file.write_text(json.dumps({"steps": steps}, ensure_ascii=False, indent=1) + "\n")
        if stay:
            _stay(console, stage)
    return 0 if len(outcomes) == len(CHAPTERS) and outcomes[-1].result == "ok" else 1


@contextmanager
def staged(
    product: Product, films: Path, teller: Teller, story_id: UUID | None = None
) -> Generator[Stage]:
    """A story (a new one without `story_id`) on `product`."""
    line = Line(product.address)
    yield Stage(
        line=line,
        teller=teller,
        story_id=story_id or uuid4(),
        folder=films,
        setup_code=product.setup_code,
        exports_dir=product.exports_dir,
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
    server = Door(LOOPBACK, port).server(standalone.create_app(data, clock))
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
