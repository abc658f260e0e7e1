"""Which of a device's own numbers a card has no file for is on record: possible selection.

Source: 不得任意选择取舍 (S1-A2§7; S3§5).
"""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.identity import Role
from ingest.domain.names import device_id_of
from tests.support.cards import HEADER, pushed, write_film, write_manifest
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.offsite import (
    AGENCY,
    CUSTODIAN,
    HEAD,
    LEADER,
    OFFICER,
    STRANGER,
    refusals,
    told,
)
from tests.support.people import person
from tests.support.said import announced, of_type

REPORTS = "/ingest/v1/card-reports"
REPORTED = "ingest.card.reported.v1"
DEVICE = "执法仪-0017"
SUPERVISOR = person(Role.SUPERVISOR, agency_id=AGENCY)


def card(**other: object) -> dict[str, object]:
    """Files 1 to 9 of a device, of which the 3rd and the 6th to the 7th are not there."""
    gaps = [{"first": 3, "last": 3}, {"first": 6, "last": 7}]
    said = {"device_no": DEVICE, "numbers_from": "manifest", "files": 6, "gaps": gaps}
    return {"key": str(uuid4())} | said | other


async def listed(h: House, query: str = "") -> list[Any]:
    return (await h.done(HEAD, "GET", f"{REPORTS}{query}"))["items"]


async def test_what_a_card_lacks_is_shown_to_the_agency_and_told_in_numbers(h: House) -> None:
    kept = await h.done(OFFICER, "POST", REPORTS, card())
    assert (kept["gap_count"], kept["missing_count"], kept["files"]) == (2, 3, 6)
    assert kept["gaps"] == [{"first": 3, "last": 3}, {"first": 6, "last": 7}]
    assert await listed(h) == [kept]
    (event,) = of_type(h, REPORTED)
    assert (event["gaps"], event["missing"], event["files"]) == (2, 3, 6)
    assert event["device_id"] == str(device_id_of(AGENCY, DEVICE))
    assert event["gaps_sha256"] == sha256(b"3-3\n6-7\n").hexdigest() == kept["gaps_sha256"]
    assert "执法仪" not in str(event)


async def test_a_whole_card_is_told_of_too(h: House) -> None:
    await h.done(OFFICER, "POST", REPORTS, card(gaps=[]))
    (event,) = of_type(h, REPORTED)
    assert (event["gaps"], event["missing"]) == (0, 0)
    assert len(await listed(h)) == 1
    assert await listed(h, "?with_gaps=true") == []


async def test_the_same_report_is_kept_once_and_never_changed(h: House, clock: FrozenClock) -> None:
    body = card()
    first = await h.done(OFFICER, "POST", REPORTS, body)
    clock.move(timedelta(seconds=1))
    assert await h.done(CUSTODIAN, "POST", REPORTS, body) == first
    other = await h.call(OFFICER, "POST", REPORTS, card(key=body["key"], gaps=[]))
    assert told(other) == (409, "ingest.key-taken")
    assert refusals(h) == [("ingest.key-taken", first["report_id"], AGENCY)]
    assert await listed(h) == [first]
    assert len(of_type(h, REPORTED)) == 1


async def test_another_agency_neither_sees_nor_meets_a_report(h: House) -> None:
    body = card()
    kept = await h.done(OFFICER, "POST", REPORTS, body)
    assert (await h.done(STRANGER, "GET", REPORTS))["items"] == []
    theirs = await h.done(STRANGER, "POST", REPORTS, body)
    assert theirs["report_id"] != kept["report_id"]
    after = await h.done(STRANGER, "GET", f"{REPORTS}?cursor={kept['report_id']}")
    assert after["items"] == [theirs]
    assert await listed(h) == [kept]


async def test_only_who_brings_films_tells_of_cards(h: House) -> None:
    for who in (HEAD, LEADER, SUPERVISOR):
        assert told(await h.call(who, "POST", REPORTS, card())) == (403, "common.not-for-role")
    assert (await h.call(SUPERVISOR, "GET", REPORTS)).status_code == 403


async def test_reports_are_listed_by_device_and_in_pages(h: House, clock: FrozenClock) -> None:
    kept: list[Any] = []
    for number in range(3):
        kept.append(await h.done(OFFICER, "POST", REPORTS, card(files=number)))
        clock.move(timedelta(seconds=1))
    await h.done(OFFICER, "POST", REPORTS, card(device_no="执法仪-0018"))
    page = await h.done(HEAD, "GET", f"{REPORTS}?device_no={DEVICE}&limit=2")
    assert page["items"] == [kept[2], kept[1]]
    rest = await h.done(HEAD, "GET", f"{REPORTS}?device_no={DEVICE}&cursor={page['next']}")
    assert (rest["items"], rest["next"]) == ([kept[0]], None)


@pytest.mark.parametrize(
    "odd",
    [
        {"gaps": [{"first": 7, "last": 6}]},
        {"gaps": [{"first": -1, "last": 6}]},
        {"gaps": [{"first": 1, "last": 10**9}]},
        {"gaps": [{"first": 1, "last": 1, "why": "电池没电"}]},
        {"gaps": [{"first": 1, "last": 1}] * 1001},
        {"files": -1},
        {"numbers_from": "memory"},
        {"remarks": "x"},
    ],
)
async def test_what_is_no_report_is_refused(h: House, odd: dict[str, object]) -> None:
    assert (await h.call(OFFICER, "POST", REPORTS, card(**odd))).status_code == 422
    assert await listed(h) == []


async def test_a_card_with_more_gaps_than_can_be_named_is_told_in_full_number(h: House) -> None:
    body = card(further_gaps=5, further_missing=10**9)
    kept = await h.done(OFFICER, "POST", REPORTS, body)
    assert (kept["gap_count"], kept["missing_count"]) == (7, 10**9 + 3)


async def test_the_province_sees_how_many_numbers_are_missing(h: House) -> None:
    await h.done(OFFICER, "POST", REPORTS, card())
    await h.done(OFFICER, "POST", REPORTS, card(gaps=[]))
    (figures,) = (await h.done(LEADER, "GET", "/oversight/v1/figures"))["items"]
    assert (figures["cards_reported"], figures["file_numbers_missing"]) == (2, 3)


async def test_a_dock_tells_what_its_card_lacks_and_once_only(h: House, tmp_path: Path) -> None:
    (folder := tmp_path / "card").mkdir()
    for number in (1, 2, 5):
        write_film(folder, f"DSJ_20260105_09000{number}_000{number}.MP4", b"film %d" % number)
    for _ in range(2):
        await pushed(h, OFFICER, folder)
    (kept,) = await listed(h)
    assert (kept["device_no"], kept["numbers_from"], kept["files"]) == (DEVICE, "file_name", 3)
    assert kept["gaps"] == [{"first": 3, "last": 4}]
    assert "DSJ" not in str(announced(h, "ingest")[-1])


async def test_two_whole_cards_of_one_device_are_two_reports(h: House, tmp_path: Path) -> None:
    for number in (1, 2):
        (folder := tmp_path / str(number)).mkdir()
        film = write_film(folder, content=b"film %d" % number * number)
        write_manifest(folder, film, last_file_no=1)
        await pushed(h, OFFICER, folder)
    assert [(it["device_no"], it["gaps"]) for it in await listed(h)] == [
        (HEADER["device_no"], [])
    ] * 2


async def test_a_card_from_which_every_film_was_taken_lacks_the_last_at_least(
    h: House, tmp_path: Path
) -> None:
    """By the number that its device gave last. Those before may have come on earlier days."""
    (folder := tmp_path / "card").mkdir()
    write_manifest(folder, last_file_no=20)
    for _ in range(2):
        await pushed(h, OFFICER, folder)
    (kept,) = await listed(h)
    assert (kept["device_no"], kept["numbers_from"], kept["files"]) == (DEVICE, "manifest", 0)
    assert kept["gaps"] == [{"first": 20, "last": 20}]


async def test_films_of_another_device_do_not_hide_what_the_cards_own_lacks(
    h: House, tmp_path: Path
) -> None:
    (folder := tmp_path / "card").mkdir()
    film = write_film(folder)
    write_manifest(folder, film, last_file_no=2)
    path = folder / "liuhen-manifest.jsonl"
    other = path.read_text(encoding="utf-8").replace(
        f'"path": "{film.name}"', f'"path": "{film.name}", "device_no": "执法仪-0018"'
    )
    path.write_text(other, encoding="utf-8")
    await pushed(h, OFFICER, folder)
    kept = {it["device_no"]: (it["files"], it["gaps"]) for it in await listed(h)}
    assert kept == {"执法仪-0018": (1, []), DEVICE: (0, [{"first": 2, "last": 2}])}


async def test_an_empty_card_of_which_no_number_is_told_lacks_nothing(
    h: House, tmp_path: Path
) -> None:
    (folder := tmp_path / "card").mkdir()
    write_manifest(folder)
    await pushed(h, OFFICER, folder)
    assert await listed(h) == []
