"""What a clip is filed under: the first answer stays, whatever is said later stands beside it."""

import json
from uuid import UUID, uuid4

from contracts.identity import Role
from tests.support.house import House
from tests.support.packs import S1, activated
from tests.support.people import person
from tests.support.said import of_type, said, say
from tests.support.uploads import announce, send, upload

AGENCY = uuid4()
OFFICER, COLLEAGUE, OTHER = (person(Role.OFFICER, agency_id=AGENCY) for _ in range(3))
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
STRANGER = person(Role.CUSTODIAN, agency_id=uuid4())
COMPLETED = "ingest.clip.completed.v1"
CASE = {"case_name": "某厂未按规定储存案", "party_name": "某化工有限公司"}


def place(clip_id: UUID, entry_id: UUID | None = None) -> str:
    return f"/ingest/v1/clips/{clip_id}/completions/{entry_id or uuid4()}"


async def test_the_current_value_is_the_latest_and_the_whole_history_is_shown(h: House) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    await h.done(OFFICER, "PUT", place(clip_id), {"provisional_no": "暂-1", "device_no": "0018"})
    await h.done(CUSTODIAN, "PUT", place(clip_id), {"case_name": "某案", "device_no": "0019"})
    index = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/index")
    assert index["current"]["device_no"] == "0019"
    assert index["first"]["device_no"] == "执法仪-0017"  # never edited
    assert index["current"]["provisional_no"] == "暂-1"
    assert [entry["by"] for entry in index["history"]] == [
        str(OFFICER.subject),
        str(CUSTODIAN.subject),
    ]
    assert [entry["values"]["device_no"] for entry in index["history"]] == ["0018", "0019"]
    assert all(entry["at"] == "2026-01-05T09:00:00Z" for entry in index["history"])


async def test_what_comes_with_the_upload_is_the_first_answer(h: House) -> None:
    client_id, both = uuid4(), f"{OFFICER.subject},{COLLEAGUE.subject}"
    more = CASE | {"officers": both, "device_brand": "某牌", "place": "北门"}
    announced = await announce(h, OFFICER, b"film", client_id, **more)
    assert announced.status_code == 201, announced.text
    again = await announce(h, OFFICER, b"film", client_id, **more)
    assert again.status_code == 200
    otherwise = await announce(h, OFFICER, b"film", client_id, **more | {"place": "南门"})
    assert otherwise.json()["code"] == "ingest.id-taken"
    index = await h.done(COLLEAGUE, "GET", f"/ingest/v1/clips/{again.headers['clip-id']}/index")
    assert index["first"]["officers"] == both.split(",")
    assert {key: index["current"][key] for key in CASE} == CASE
    assert "stored" not in index["current"]  # not a byte is here yet
    await send(h, OFFICER, again.headers["location"], 0, b"film")
    index = await h.done(COLLEAGUE, "GET", f"/ingest/v1/clips/{again.headers['clip-id']}/index")
    assert index["current"]["stored"] == "2026-01-05T09:00:00+00:00"


async def test_a_repetition_says_nothing_new_and_an_entry_is_never_changed(h: House) -> None:
    clip_id, entry_id = await upload(h, OFFICER, b"film"), uuid4()
    first = await h.done(OFFICER, "PUT", place(clip_id, entry_id), CASE)
    assert await h.done(OFFICER, "PUT", place(clip_id, entry_id), CASE) == first
    assert said(h, "ingest").count(COMPLETED) == 1
    changed = await h.call(OFFICER, "PUT", place(clip_id, entry_id), CASE | {"cause": "储存"})
    assert (changed.status_code, changed.json()["code"]) == (409, "ingest.entry-taken")
    by_another = await h.call(CUSTODIAN, "PUT", place(clip_id, entry_id), CASE)
    assert by_another.json()["code"] == "ingest.entry-taken"
    assert said(h, "ingest").count("ingest.request.refused.v1") == 2
    index = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/index")
    assert len(index["history"]) == 1


async def test_only_who_has_a_part_in_a_clip_adds_to_it_or_reads_of_its_parties(h: House) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    refused = await h.call(OTHER, "PUT", place(clip_id), CASE)
    assert (refused.status_code, refused.json()["code"]) == (403, "ingest.not-your-clip")
    refused = await h.call(OTHER, "GET", f"/ingest/v1/clips/{clip_id}/index")
    assert refused.json()["code"] == "ingest.not-your-clip"
    assert said(h, "ingest").count("ingest.request.refused.v1") == 2
    elsewhere = await h.call(STRANGER, "PUT", place(clip_id), CASE)
    nowhere = await h.call(STRANGER, "PUT", place(uuid4()), CASE)
    assert (elsewhere.status_code, elsewhere.content) == (404, nowhere.content)


async def test_nothing_is_no_entry_and_when_it_was_filmed_is_not_for_changing(h: House) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    wrong: list[dict[str, object]] = [
        *({}, {"case_name": " "}, {"officers": []}, {"recorded_end": "2026-01-05T01:00:00Z"}),
        *({"filmed_by": str(OTHER.subject)}, {"carrier": "camera"}, {"case_name": None}),
    ]
    for said_wrong in wrong:
        answer = await h.call(OFFICER, "PUT", place(clip_id), said_wrong)
        assert answer.status_code == 422, said_wrong


async def test_the_event_names_no_party_and_says_when_all_is_there(h: House) -> None:
    await say(h, activated(AGENCY, S1))
    clip_id = await upload(h, OFFICER, b"film")
    await h.done(OFFICER, "PUT", place(clip_id), CASE)
    await h.done(OFFICER, "PUT", place(clip_id), {"officers": [str(OFFICER.subject)]})
    first, second = of_type(h, COMPLETED)
    assert (first["given"], first["missing"]) == (["case_name", "party_name"], ["officers"])
    assert first["indexed_at"] is None
    assert (second["missing"], second["indexed_at"]) == ([], "2026-01-05T09:00:00Z")
    assert not any(
        words in json.dumps([first, second], ensure_ascii=False) for words in CASE.values()
    )


async def test_without_a_law_nothing_is_said_to_be_complete(h: House) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    await h.done(OFFICER, "PUT", place(clip_id), CASE)
    (event,) = of_type(h, COMPLETED)
    assert (event["missing"], event["indexed_at"], event["pack_sha256"]) == (None, None, None)
    index = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/index")
    assert (index["missing"], index["pack"]) == (None, None)
