"""One case with one clip, as the other services tell retention of it, and people who decide."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import httpx

from common.auth import Requester
from common.events import Event
from contracts.catalog import (
    CaseArchived,
    CaseEnded,
    CaseOpened,
    Category,
    ClipLinked,
    ClipUnlinked,
    Trait,
)
from contracts.checklist import PackActivated
from contracts.identity import Role
from contracts.ingest import Carrier, ClipStored
from tests.support import packs
from tests.support.house import House
from tests.support.people import person

AGENCY, OTHERS, UNIT, CASE, SECOND, CLIP = (uuid4() for _ in range(6))
HEAD = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=UNIT)
OTHER_HEAD = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=uuid4())
OFFICER = person(Role.OFFICER, agency_id=AGENCY, unit_id=UNIT)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
REVIEWER = person(Role.LEGAL_REVIEWER, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, Role.UNIT_HEAD, Role.CUSTODIAN, Role.LEADER, agency_id=OTHERS)
V1 = "/retention/v1"
YEAR = timedelta(days=366)


def activated(pack: str = packs.S1, valid_from: date = date(2026, 1, 1)) -> PackActivated:
    return packs.activated(AGENCY, pack, valid_from)


def opened(case_id: UUID = CASE) -> Event:
    return CaseOpened(
        agency_id=AGENCY,
        case_id=case_id,
        category=Category.PENALTY,
        unit_id=UNIT,
        opened_by=uuid4(),
    )


def ended(*traits: Trait, case_id: UUID = CASE, on: date = date(2026, 3, 5)) -> Event:
    return CaseEnded(
        agency_id=AGENCY,
        case_id=case_id,
        category=Category.PENALTY,
        unit_id=UNIT,
        ended_on=on,
        traits=traits,
        ended_by=uuid4(),
    )


def archived() -> Event:
    day = date(2026, 3, 20)
    return CaseArchived(agency_id=AGENCY, case_id=CASE, archived_on=day, archived_by=uuid4())


def stored(clip_id: UUID = CLIP) -> Event:
    end = datetime(2026, 3, 1, 20, tzinfo=UTC)  # already the 2nd in Shanghai
    return ClipStored(
        agency_id=AGENCY,
        clip_id=clip_id,
        sha256="0" * 64,
        size_bytes=1,
        carrier=Carrier.BODY_CAMERA,
        recorded_start=end - timedelta(minutes=1),
        recorded_end=end,
        filmed_by=uuid4(),
        uploaded_by=uuid4(),
        unit_id=UNIT,
    )


def linked(case_id: UUID = CASE, clip_id: UUID = CLIP, link_id: UUID | None = None) -> ClipLinked:
    return ClipLinked(
        agency_id=AGENCY,
        link_id=link_id or uuid4(),
        clip_id=clip_id,
        activity_id=uuid4(),
        case_id=case_id,
        unit_id=UNIT,
        linked_by=uuid4(),
    )


def unlinked(link: ClipLinked) -> Event:
    return ClipUnlinked(
        agency_id=AGENCY,
        link_id=link.link_id,
        clip_id=link.clip_id,
        activity_id=link.activity_id,
        case_id=link.case_id,
        unlinked_by=uuid4(),
    )


async def confirm(
    h: House, class_id: str, case_id: UUID = CASE, who: Requester = HEAD
) -> httpx.Response:
    path = f"{V1}/cases/{case_id}/confirm"
    return await h.call(who, "POST", path, {"class_id": class_id})


async def dispose(h: House, clip_id: UUID = CLIP, who: Requester = CUSTODIAN) -> httpx.Response:
    path = f"{V1}/disposals/{uuid4()}"
    return await h.call(who, "PUT", path, {"clip_id": str(clip_id)})


async def keep_until(h: House, clip_id: UUID = CLIP) -> str | None:
    return (await h.done(OFFICER, "GET", f"{V1}/clips/{clip_id}/schedule"))["keep_until"]
