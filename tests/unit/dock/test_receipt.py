"""What a receipt says to people is written down, and is there whole or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from contracts.ingest import Carrier, TimeOrigin
from dock.card import Card, Found, Left, NotTaken
from dock.claims import Claim, Interval
from dock.kinds import is_no_recording
from dock.manifest import Entry, Mark
from dock.numbering import Gap
from dock.plan import Film, Plan
from dock.pushing import Outcome
from dock.receipt import Receipt, State, UnwrittenError, text, write
from dock.server import Account
from dock.summing_up import Occasion, sum_up

DATA = Path(__file__).parents[2] / "data"
BEGAN = datetime(2026, 3, 1, 10, tzinfo=UTC)
ACCOUNT = Account(UUID(int=1), UUID(int=2))


def film(number: int, entry: Entry | None = None) -> Film:
    start = datetime(2026, 3, 1, 1, 10 * number, tzinfo=UTC)
    when = Interval(
        Claim(start, TimeOrigin.MANIFEST if entry else TimeOrigin.FILE_NAME),
        Claim(start + timedelta(minutes=2), TimeOrigin.MODIFIED),
        (Claim(start, TimeOrigin.FILE_NAME),),
    )
    return Film(
        found=Found(f"DCIM/FILE{number:04}.MP4", 1_000 * number, 0, (0, number)),
        device_no="执法仪-0017",
        carrier=Carrier.BODY_CAMERA,
        filmed_by=UUID(int=1),
        unit_id=None,
        secrecy="none",
        when=when,
        file_no=number if entry else None,
        entry=entry,
    )


def entry(number: int) -> Entry:
    return Entry(
        path=f"DCIM/FILE{number:04}.MP4",
        size_bytes=1_000 * number,
        recorded_start=BEGAN,
        recorded_end=BEGAN + timedelta(minutes=2),
        case_hint="某加工厂",
        marks=(Mark(at_ms=5_500, word="出示证件"),),
    )


def outcome(film: Film, state: State, **more: object) -> Outcome:
    number = film.found.place[1]
    return Outcome(
        film,
        state,
        sha256=f"{number:064x}",
        client_id=UUID(int=10 + number),
        clip_id=UUID(int=20 + number),
        **more,  # pyright: ignore[reportArgumentType] - its own fields
    )


def receipt(*outcomes: Outcome, absent: tuple[str, ...] = (), changed: bool = False) -> Receipt:
    films = tuple(one.film for one in outcomes)
    plan = Plan(films, {"执法仪-0017": [Gap(3, 3), Gap(5, 9)]}, absent, ())
    found = tuple(film.found for film in films)
    card = Card(found, (Left(".hidden", NotTaken.HIDDEN),), ())
    after = Card(found[1:], card.left, ()) if changed else card
    occasion = Occasion("https://liuhen.example", ACCOUNT, "CARD1", "f" * 64, BEGAN)
    return sum_up(occasion, plan, outcomes, (card, after), BEGAN + timedelta(minutes=5))


GOOD = (
    outcome(film(1, entry(1)), State.STORED),
    outcome(film(2), State.RESUBMITTED, original_id=UUID(int=99)),
)
BAD = (GOOD[0], outcome(film(4), State.FAILED, problem="存储空间不足，请稍后续传"))


@pytest.mark.parametrize(("name", "outcomes"), [("whole", GOOD), ("partial", BAD)])
def test_a_receipt_says_to_people_what_is_written_down(
    name: str, outcomes: tuple[Outcome, ...]
) -> None:
    written = (DATA / f"dock_receipt_{name}.txt").read_text(encoding="utf-8")
    assert text(receipt(*outcomes)) == written


def test_a_card_may_be_wiped_only_if_nothing_at_all_is_odd() -> None:
    assert receipt(*GOOD).may_be_wiped
    assert not receipt(*BAD).may_be_wiped
    assert not receipt(*GOOD, absent=("DCIM/FILE0003.MP4",)).may_be_wiped
    assert not receipt(*GOOD, changed=True).may_be_wiped


def test_an_empty_folder_gives_no_receipt_to_wipe() -> None:
    empty = receipt()
    assert not empty.may_be_wiped
    assert empty.problems == ("没有找到任何文件：请确认存储卡已接入、文件夹无误",)
    assert "结论：没有找到任何文件，没有保存任何内容，存储卡不得清空。" in text(empty)


def test_what_is_no_recording_by_its_name_is_marked_and_still_kept() -> None:
    note = replace(film(2), found=Found("README.TXT", 2_000, 0, (0, 2)))
    summed = receipt(GOOD[0], outcome(note, State.STORED))
    assert [file.is_no_recording for file in summed.files] == [False, True]
    assert summed.may_be_wiped
    assert text(summed).count("从文件名看不是音像文件") == 1


@pytest.mark.parametrize("name", ["A.MP4", "A.DAV", "A.ts", "A.dat", "A", "txt", "A.TXT.AVI"])
def test_a_name_that_may_be_a_films_is_not_called_another_things(name: str) -> None:
    assert not is_no_recording(name)


def test_bytes_that_are_not_the_manifests_keep_the_card() -> None:
    other = entry(1).model_copy(update={"sha256": "e" * 64})
    assert not receipt(outcome(film(1, other), State.STORED)).may_be_wiped


def test_a_machine_reads_what_was_written(tmp_path: Path) -> None:
    readable = write(receipt(*GOOD), tmp_path, "CARD1")
    assert readable.read_text(encoding="utf-8") == text(receipt(*GOOD))
    form = (tmp_path / "CARD1.receipt.json").read_text(encoding="utf-8")
    assert Receipt.model_validate_json(form) == receipt(*GOOD)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".txt"]


def test_a_receipt_that_cannot_be_written_is_no_receipt(tmp_path: Path) -> None:
    with pytest.raises(UnwrittenError, match="不得清空"):
        write(receipt(*GOOD), tmp_path / "gone", "CARD1")
