"""What a dock knows of a film beyond its bytes reaches the film's record, told as what it is.

The films end at 09:02 on 5 January 2026 in Asia/Shanghai; now is 17:00 that day.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from contracts.identity import Role
from tests.support.cards import pushed, write_film, write_manifest
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.packs import S1, activated
from tests.support.people import person
from tests.support.said import of_type, say
from tests.support.uploads import announce, clip

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
DAYS = timedelta(days=1)
EXPORT = "s1.a3-6.day"
"""附件3 第六条: 当天导出保存."""


async def duties(h: House, clip_id: UUID | None) -> Any:  # noqa: ANN401 - JSON
    return await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")


async def duty(h: House, clip_id: UUID | None, rule_id: str = EXPORT) -> Any:  # noqa: ANN401 - JSON
    (found,) = [it for it in (await duties(h, clip_id))["duties"] if it["rule_id"] == rule_id]
    return found


async def test_a_film_exported_in_time_and_pushed_days_later_has_met_its_duty(
    h: House, clock: FrozenClock, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    write_manifest(card, write_film(card))
    await say(h, activated(AGENCY, S1))
    clock.move(3 * DAYS)
    (outcome,) = await pushed(h, OFFICER, card)
    found = await duty(h, outcome.clip_id)
    assert (found["state"], found["done_at"]) == ("met", "2026-01-05T10:00:00Z")
    clocks = (await duties(h, outcome.clip_id))["clocks"]
    assert (clocks["exported"]["at"], clocks["exported"]["by"]) == (
        "2026-01-05T10:00:00Z",
        str(OFFICER.subject),
    )
    assert clocks["stored"]["at"] == "2026-01-08T09:00:00Z"


async def test_without_a_manifest_nobody_has_said_when_it_was_exported(
    h: House, clock: FrozenClock, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    write_film(card)
    await say(h, activated(AGENCY, S1))
    clock.move(3 * DAYS)
    (outcome,) = await pushed(h, OFFICER, card)
    assert (await duty(h, outcome.clip_id))["state"] == "cannot_be_judged"
    assert (await duties(h, outcome.clip_id))["clocks"]["exported"] is None


async def test_a_film_that_the_manifest_does_not_name_was_not_exported_with_the_others(
    h: House, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    named = write_film(card)
    write_film(card, "DSJ_20260105_091000_0002.MP4", b"another")
    write_manifest(card, named)
    outcomes = await pushed(h, OFFICER, card)
    exported = [(await duties(h, it.clip_id))["clocks"]["exported"] is None for it in outcomes]
    assert exported == [False, True]


async def test_brand_model_and_the_hint_at_the_case_are_what_the_film_is_filed_under(
    h: House, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    write_manifest(card, write_film(card))
    (outcome,) = await pushed(h, OFFICER, card)
    index = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{outcome.clip_id}/index")
    told = {name: index["first"][name] for name in ("device_brand", "device_model")}
    assert told == {"device_brand": "某牌", "device_model": "X-1"}
    assert index["first"]["provisional_no"] == "某加工厂"


async def test_a_card_exported_once_more_goes_on_with_the_same_film(
    h: House, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    film = write_film(card)
    write_manifest(card, film)
    (first,) = await pushed(h, OFFICER, card)
    write_manifest(card, film, exported_at="2026-01-05T20:00:00+08:00", brand=None)
    (again,) = await pushed(h, OFFICER, card)
    assert (again.clip_id, again.state, again.problem) == (first.clip_id, first.state, None)
    clocks = (await duties(h, first.clip_id))["clocks"]
    assert clocks["exported"]["at"] == "2026-01-05T10:00:00Z"


async def test_a_repetition_may_tell_of_another_export_and_contradict_nothing_else(
    h: House,
) -> None:
    client_id, export = uuid4(), {"exported_at": "2026-01-05T02:00:00Z"}
    first = await announce(h, OFFICER, b"film", client_id, **export, device_brand="某牌")
    codes = [
        (await announce(h, OFFICER, b"film", client_id, **more)).status_code
        for more in (
            {"exported_at": "2026-01-05T03:00:00Z", "device_brand": "某牌"},
            {"provisional_no": "暂-1"},
            {"device_brand": "另一品牌"},
            {"device_no": "另一设备"},
        )
    ]
    assert (first.status_code, codes) == (201, [200, 200, 409, 409])


async def test_times_that_a_file_s_name_claims_are_told_as_its_claims(
    h: House, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    write_film(card)
    await say(h, activated(AGENCY, S1))
    (outcome,) = await pushed(h, OFFICER, card)
    (stored,) = of_type(h, "ingest.clip.stored.v1")
    for shown in (await clip(h, OFFICER, UUID(str(outcome.clip_id))), stored):
        origins = (shown["recorded_start_from"], shown["recorded_end_from"])
        assert origins == ("file_name", "modified")
    found = await duties(h, outcome.clip_id)
    assert found["clocks"]["recorded_end_from"] == "modified"
    whys = [it["why"] for it in found["duties"] if it["rule_id"] in {EXPORT, "s1.a2-8"}]
    claimed = "录制起止时刻系声称（文件名、存储卡上的文件修改时间），未经核实。"
    assert [why.endswith(claimed) for why in whys] == [True, True]


async def test_a_manifest_s_times_are_a_claim_as_well_and_of_others_nothing_is_said(
    h: House, tmp_path: Path
) -> None:
    (card := tmp_path / "card").mkdir()
    write_manifest(card, write_film(card))
    await say(h, activated(AGENCY, S1))
    (outcome,) = await pushed(h, OFFICER, card)
    by_phone = await announce(h, OFFICER, b"film", device_no="手机")
    told = [await duty(h, it) for it in (outcome.clip_id, UUID(by_phone.headers["clip-id"]))]
    assert ["系声称（设备导出清单），未经核实" in it["why"] for it in told] == [True, False]


async def test_an_origin_that_nobody_knows_is_refused(h: House) -> None:
    refused = await announce(h, OFFICER, b"film", recorded_end_from="notary")
    assert (refused.status_code, refused.json()["code"]) == (400, "ingest.metadata-invalid")
