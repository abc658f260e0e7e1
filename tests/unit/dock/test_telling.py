"""Whoever stands beside a dock sees how far it is, with a terminal or without one."""

import io
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console

from contracts.ingest import Carrier, TimeOrigin
from dock.card import Found
from dock.claims import Claim, Interval
from dock.plan import Film
from dock.pushing import Outcome
from dock.receipt import State
from dock.telling import Bars, Lines

WHEN = Claim(datetime(2026, 3, 1, tzinfo=UTC), TimeOrigin.FILE_NAME)
FILM = Film(
    found=Found("DCIM/[b]FILE0001.MP4", 1_000_000, 0, (0, 1)),
    device_no="执法仪-0017",
    carrier=Carrier.BODY_CAMERA,
    filmed_by=UUID(int=1),
    unit_id=None,
    secrecy="none",
    when=Interval(WHEN, WHEN, (WHEN,)),
    file_no=None,
    entry=None,
)


def show(shown: Bars | Lines) -> None:
    with shown:
        shown.begins([FILM])
        shown.hashed(FILM, 1_000_000)
        shown.sent(FILM, 400_000, 400_000)
        shown.sent(FILM, 1_000_000, 400_000)
        shown.ended(FILM, Outcome(FILM, State.STORED))


def test_without_a_terminal_there_are_plain_lines() -> None:
    lines: list[str] = []
    show(Lines(lines.append))
    assert lines == [
        "共 1 个文件，1000000 字节",
        "续传 DCIM/[b]FILE0001.MP4：已有 400000 / 1000000 字节",
        "[1/1] DCIM/[b]FILE0001.MP4：已保存",
    ]


def test_on_a_terminal_there_are_bars_for_each_film_and_for_all() -> None:
    screen = io.StringIO()
    show(Bars(Console(file=screen, force_terminal=True, width=200)))
    shown = screen.getvalue()
    assert "合计" in shown
    assert "DCIM/[b]FILE0001.MP4：已保存" in shown
    assert "1.0 MB" in shown or "976.6" in shown
