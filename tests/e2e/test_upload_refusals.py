"""Whatever a client writes wrongly, it gets a reason with a code, and nothing of it is kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from contracts.identity import Role
from tests.support.house import House, house
from tests.support.people import person
from tests.support.uploads import TUS, announce, ask, header, send
from tests.support.words import metadata

FILM = b"film" * 100
OFFICER = person(Role.OFFICER, agency_id=uuid4())
WORDS = dict(metadata(OFFICER, uuid4(), "0" * 64))


ODD_ANNOUNCEMENTS = [
    ({"tus-resumable": "0.2.2"}, 412, "ingest.tus-version"),
    ({"tus-resumable": ""}, 412, "ingest.tus-version"),
    ({"upload-length": ""}, 400, "ingest.header-invalid"),
    ({"upload-length": "0"}, 400, "ingest.header-invalid"),
    ({"upload-length": "-1"}, 400, "ingest.header-invalid"),
    ({"upload-length": "1e3"}, 400, "ingest.header-invalid"),
    ({"upload-length": "9" * 19}, 400, "ingest.header-invalid"),
    ({"upload-metadata": ""}, 400, "ingest.header-invalid"),
    ({"upload-metadata": "clip_id not-base64"}, 400, "ingest.header-invalid"),
    ({"upload-metadata": header({"clip_id": "1"})}, 400, "ingest.metadata-invalid"),
    ({"upload-metadata": header(WORDS | {"filename": ".."})}, 400, "ingest.metadata-invalid"),
    ({"upload-metadata": header(WORDS | {"secrcy": "none"})}, 400, "ingest.metadata-invalid"),
]
ODD_CHUNKS = [
    ({"tus-resumable": "2.0.0"}, 412, "ingest.tus-version"),
    ({"content-type": "application/octet-stream"}, 415, "ingest.content-type"),
    ({"content-encoding": "gzip"}, 415, "ingest.content-type"),
    ({"upload-offset": ""}, 400, "ingest.header-invalid"),
    ({"upload-offset": "-1"}, 400, "ingest.header-invalid"),
    ({"upload-offset": "0x10"}, 400, "ingest.header-invalid"),
    ({"upload-offset": "1"}, 409, "ingest.offset-differs"),
    ({"upload-offset": "9" * 18}, 409, "ingest.offset-differs"),
]
NO_IDS = ["%2e%2e%2fkeys%2ftoken.key", "0" * 31, "0" * 33, "G" * 32, "长", "%00", "a" * 5000]


async def test_an_odd_announcement_is_refused(tmp_path: Path) -> None:
    right = TUS | {"upload-length": "400", "upload-metadata": header(WORDS)}
    async with house(tmp_path) as h:
        for odd, status, code in ODD_ANNOUNCEMENTS:
            answer = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=right | odd)
            assert (answer.status_code, answer.json()["code"]) == (status, code), odd
            assert answer.headers["tus-resumable"] == "1.0.0"
            assert ".." not in answer.text
        assert list((tmp_path / "spool").iterdir()) == []
        assert (await h.call(OFFICER, "POST", "/ingest/uploads/", headers=right)).is_success


async def test_an_odd_chunk_is_refused_and_leaves_no_byte(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        for odd, status, code in ODD_CHUNKS:
            answer = await send(h, OFFICER, location, 0, FILM[:9], **odd)
            assert (answer.status_code, answer.json()["code"]) == (status, code), odd
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "0"
        assert list((tmp_path / "spool").iterdir()) == []


async def test_what_is_announced_wrongly_is_told_in_chinese_by_field(h: House) -> None:
    odd = {
        "carrier": ("drone", "只能是：'body_camera'"),
        "filmed_by": ("zhang", "须为 UUID 编号"),
        "recorded_start": ("2026-01-05T09:00:00", "时间须带时区"),
        "filename": ("..", "须为文件名"),
        "officers": ("zhang,li", "须为 UUID 编号"),
        "filetype": ("mp4", "格式不符"),
    }
    for field, (value, message) in odd.items():
        answer = await told(h, **{field: value})
        wrong = [one for one in answer["fields"] if one["where"][0] == field]
        assert wrong[0]["message"].startswith(message), answer
        assert value not in str(wrong)
    late = await told(h, recorded_end="2026-01-05T08:59:59+08:00")
    assert late["fields"] == [
        {"where": ["recorded_end"], "what": "not_after", "message": "须晚于 recorded_start"}
    ]


async def test_a_missing_announcement_and_one_not_in_base64_are_told_apart(h: House) -> None:
    missing = await refused(h, "")
    assert missing["detail"].startswith("Upload-Metadata：缺少此请求头")
    raw = await refused(h, "clip_id not-base64")
    assert raw["detail"].startswith("Upload-Metadata：clip_id 重复，或其值不是 UTF-8 文字的 base64")
    twice = await refused(h, "a MQ==,a MQ==")
    assert twice["detail"].startswith("Upload-Metadata：a 重复")
    odd = await refused(h, "a MQ==,,b MQ==")
    assert odd["detail"].startswith("Upload-Metadata：形如")


async def test_the_type_that_a_chunk_must_have_is_named(h: House) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    answer = await send(h, OFFICER, location, 0, FILM, **{"content-type": "video/mp4"})
    assert answer.json()["wanted"] == "application/offset+octet-stream"
    assert "application/offset+octet-stream" in answer.json()["detail"]


async def test_who_used_an_id_for_other_words_is_told_to_take_a_new_one(h: House) -> None:
    client_id = uuid4()
    await announce(h, OFFICER, FILM, client_id)
    again = await announce(h, OFFICER, FILM, client_id, recorded_end="2026-01-05T09:05:00+08:00")
    assert (again.status_code, again.json()["code"]) == (409, "ingest.id-taken")
    assert "请改用新的编号" in again.json()["detail"]


async def told(h: House, **odd: str) -> Any:  # noqa: ANN401 - JSON
    """What an announcement is told in which some words are odd."""
    return await refused(h, header(WORDS | odd))


async def refused(h: House, said: str) -> Any:  # noqa: ANN401 - JSON
    headers = TUS | {"upload-length": "400", "upload-metadata": said}
    answer = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers)
    assert answer.status_code == 400, answer.text
    return answer.json()


async def test_nothing_past_the_announced_length_is_kept(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield FILM

    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        for content in (FILM + b"!", endless()):
            answer = await send(h, OFFICER, location, 0, content)
            assert (answer.status_code, answer.json()["code"]) == (
                413,
                "ingest.more-than-announced",
            )
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "0"


async def test_an_id_that_is_none_is_unknown(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        unknown = await send(h, OFFICER, f"/ingest/uploads/{'0' * 32}", 0, FILM)
        assert unknown.json()["code"] == "ingest.upload-unknown"
        for odd in NO_IDS:
            answer = await send(h, OFFICER, f"/ingest/uploads/{odd}", 0, FILM)
            assert answer.status_code == 404, odd
        assert list((tmp_path / "spool").iterdir()) == []


async def test_only_officers_send_films(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        for role in (Role.LEADER, Role.LAWYER, Role.SUPERVISOR, Role.ADMINISTRATOR):
            other = person(role, agency_id=OFFICER.agency_id)
            for answer in (await announce(h, other, FILM), await send(h, other, location, 0, FILM)):
                assert (answer.status_code, answer.json()["code"]) == (403, "common.not-for-role")
        answer = await h.call(None, "POST", "/ingest/uploads/", headers=TUS)
        assert answer.status_code == 401
        assert answer.headers["tus-resumable"] == "1.0.0"
