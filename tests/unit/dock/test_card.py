"""A card is looked through as a whole, read only, and nothing leads out of it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from contracts.ingest import Carrier
from dock import card, manifest, plan
from dock.card import ChangedError, NotTaken
from dock.manifest import Entry, Header, Manifest
from dock.plan import Film, PlanError, Stated

ZONE = ZoneInfo("Asia/Shanghai")
BEGAN = datetime(2026, 3, 1, 1, 10, tzinfo=UTC)
STATED = Stated(device_no="执法仪-0017", carrier=Carrier.BODY_CAMERA, filmed_by=uuid4())


def put(folder: Path, path: str, content: bytes = b"film") -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def header(**more: object) -> Header:
    return Header(
        format="liuhen-manifest",
        version=1,
        exported_at=BEGAN,
        device_no="执法仪-0017",
        carrier=Carrier.BODY_CAMERA,
        **more,  # pyright: ignore[reportArgumentType] - its own fields
    )


def entry(path: str, number: int | None = None) -> Entry:
    return Entry(
        path=path,
        size_bytes=4,
        recorded_start=BEGAN,
        recorded_end=BEGAN + timedelta(minutes=1),
        file_no=number,
    )


def manifest_of(head: Header, *entries: Entry) -> Manifest:
    return Manifest(head, {one.path: one for one in entries})


def planned(folder: Path, told: Manifest | None = None, stated: Stated = STATED) -> plan.Plan:
    return plan.plan(folder, card.look(folder), told, stated, ZONE)


def test_everything_is_taken_or_said_why_not(tmp_path: Path) -> None:
    put(tmp_path, "DCIM/100/A.MP4")
    put(tmp_path, "log.txt")
    put(tmp_path, ".Trashes/B.MP4")
    put(tmp_path, "System Volume Information/x")
    put(tmp_path, manifest.NAME)
    put(tmp_path, "DCIM/EMPTY.MP4", b"")
    (tmp_path / "out").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    found = card.look(tmp_path)
    assert [file.path for file in found.files] == ["DCIM/100/A.MP4", "log.txt"]
    assert {left.path: left.reason for left in found.left} == {
        ".Trashes": NotTaken.HIDDEN,
        "DCIM/EMPTY.MP4": NotTaken.EMPTY,
        "System Volume Information": NotTaken.SYSTEM,
        manifest.NAME: NotTaken.MANIFEST,
        "out": NotTaken.LINK,
        "pipe": NotTaken.SPECIAL,
    }


@pytest.mark.parametrize("how", ["longer", "as long", "replaced", "gone", "a link"])
def test_a_file_that_changed_is_not_read_as_what_was_found(tmp_path: Path, how: str) -> None:
    place = put(tmp_path, "A.MP4")
    (found,) = card.look(tmp_path).files
    if how == "longer":
        place.write_bytes(b"film, edited")
    elif how == "as long":
        place.write_bytes(b"mlif")
        os.utime(place, ns=(found.modified_ns + 1, found.modified_ns + 1))
    else:
        place.rename(tmp_path / "B.MP4")
        if how == "replaced":
            put(tmp_path, "A.MP4")
        elif how == "a link":
            place.symlink_to(tmp_path / "B.MP4")
    with pytest.raises(ChangedError):
        card.digest(tmp_path, found, lambda _: None)


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    place = put(tmp_path, "A.MP4", bytes(card.PIECE_BYTES * 2))
    (found,) = card.look(tmp_path).files
    with pytest.raises(ChangedError):
        card.digest(tmp_path, found, lambda _: os.truncate(place, 5))


def test_the_manifest_is_believed_before_the_person_and_names(tmp_path: Path) -> None:
    put(tmp_path, "20260105090000.MP4")
    own = uuid4()
    told = manifest_of(header(filmed_by=own), entry("20260105090000.MP4", 5))
    (film,) = planned(tmp_path, told).films
    assert (film.filmed_by, film.file_no) == (own, 5)
    assert film.when.start == (BEGAN, "manifest")
    assert {claim.origin for claim in film.when.claims} == {"manifest", "file_name", "modified"}


def test_what_nobody_says_must_be_said(tmp_path: Path) -> None:
    put(tmp_path, "A.MP4")
    with pytest.raises(PlanError, match="device_no、filmed_by"):
        planned(tmp_path, stated=Stated(carrier=Carrier.CAMERA))


def test_the_manifest_of_another_device_is_a_wrong_card(tmp_path: Path) -> None:
    put(tmp_path, "A.MP4")
    with pytest.raises(PlanError, match="请核对存储卡"):
        planned(tmp_path, manifest_of(header()), STATED.model_copy(update={"device_no": "0018"}))


def test_what_the_manifest_names_and_the_card_lacks_is_said(tmp_path: Path) -> None:
    put(tmp_path, "A.MP4")
    told = manifest_of(header(last_file_no=9), entry("A.MP4", 7), entry("B.MP4", 8))
    found = planned(tmp_path, told)
    assert found.absent == ("B.MP4",)
    assert found.gaps == {"执法仪-0017": [(8, 9)]}


def test_a_film_has_one_id_wherever_it_lies(tmp_path: Path) -> None:
    def film(folder: str, number: int | None) -> Film:
        put(tmp_path / folder, "A.MP4")
        told = manifest_of(header(), entry("A.MP4", number))
        return planned(tmp_path / folder, told).films[0]

    assert film("one", 7).client_id("0" * 64) == film("two", 7).client_id("0" * 64)
    assert film("one", 7).client_id("0" * 64) != film("one", 8).client_id("0" * 64)
    assert film("one", 7).client_id("0" * 64) != film("one", 7).client_id("1" * 64)


def test_a_name_that_is_no_text_is_sent_with_question_marks(tmp_path: Path) -> None:
    put(tmp_path, os.fsdecode(b"\xce\xc4\n.MP4"))
    (film,) = planned(tmp_path).films
    assert film.metadata("0" * 64)["filename"].endswith(".MP4")
    assert "?" in film.metadata("0" * 64)["filename"]


def test_options_may_stand_in_a_file(tmp_path: Path) -> None:
    options = put(
        tmp_path, "dock.toml", b'device_no = "0017"\ncarrier = "camera"\nfilmed_by = "me"'
    )
    me = uuid4()
    stated = Stated.of(options, carrier=Carrier.PHONE).by(me)
    assert (stated.device_no, stated.carrier, stated.filmed_by) == ("0017", "phone", me)


@pytest.mark.parametrize("content", [b"device = 1", b"device_no", b"\xff", b'carrier = "drone"'])
def test_options_that_state_something_else_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PlanError):
        Stated.of(put(tmp_path, "dock.toml", content))
