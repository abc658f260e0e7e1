"""The people around recordings that lie outside the system, and what they tell of them."""

from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from common.auth import Requester
from contracts.identity import Role
from tests.support.house import House
from tests.support.people import person
from tests.support.said import of_type
from tests.support.words import words

AGENCY: Final = uuid4()
OFFICER: Final = person(Role.OFFICER, agency_id=AGENCY, unit_id=AGENCY)
CUSTODIAN: Final = person(Role.CUSTODIAN, agency_id=AGENCY)
HEAD: Final = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=AGENCY)
LEADER: Final = person(Role.LEADER, agency_id=AGENCY)
STRANGER: Final = person(
    *(Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEADER), agency_id=uuid4()
)
"""Somebody with every right, in another agency."""
DEVICES: Final = "/ingest/v1/storage-devices"
OFFSITE: Final = "/ingest/v1/offsite-clips"


def disk(number: str = "存储-01", **other: object) -> dict[str, object]:
    return {
        "kind": "disk_array",
        "number": number,
        "place": "三楼档案室",
        "keeper_id": str(CUSTODIAN.subject),
        "in_use_from": "2026-01-01T00:00:00+08:00",
    } | other


async def registered(h: House, number: str = "存储-01", **other: object) -> Any:  # noqa: ANN401 - JSON
    """A storage device that the custodian has registered."""
    return await h.done(CUSTODIAN, "PUT", f"{DEVICES}/{uuid4()}", disk(number, **other))


def offsite(storage_device_id: str, film: bytes, **other: object) -> dict[str, object]:
    """What is said of a film of the officer's that lies on a device, as in its announcement."""
    own = dict[str, object](words(OFFICER))
    own.pop("filetype")
    return (
        own
        | {
            "sha256": sha256(film).hexdigest(),
            "size_bytes": len(film),
            "officers": [str(OFFICER.subject), str(HEAD.subject)],
            "place": "幸福路3号加油站",
            "storage_device_id": storage_device_id,
        }
        | other
    )


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def refusals(h: House) -> list[tuple[str, str | None, UUID]]:
    """What ingest refused: the code, about what, and to the agency whose affair it is."""
    return [
        (event["code"], event["thing_id"], UUID(event["agency_id"]))
        for event in of_type(h, "ingest.request.refused.v1")
    ]


async def look_alike(h: House, who: Requester, one: str, other: str) -> httpx.Response:
    """Insist that two addresses give `who` the same bytes, and return them."""
    first, second = [await h.call(who, "GET", path) for path in (one, other)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    return first
