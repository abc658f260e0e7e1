"""A clip of S1's agency, the people around it, and what they ask of access."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from common.auth import Requester
from common.clock import SystemClock
from common.events import Event
from common.objects_local import LocalObjects
from contracts.catalog import (
    ActivityRecorded,
    CaseArchived,
    CaseOpened,
    Category,
    ClipLinked,
    ClipUnlinked,
)
from contracts.checklist import PackActivated
from contracts.identity import Role
from contracts.ingest import Carrier, ClipQuarantined, ClipStored
from tests.support import packs
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.said import say

AGENCY, OTHERS, UNIT, OFFICE, CASE, CLIP, LINK, ACTIVITY, PACK = (uuid4() for _ in range(9))
FILM: Final = b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * 4096
V1: Final = "/access/v1"

HANDLER = person(Role.OFFICER, agency_id=AGENCY, unit_id=UNIT)
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY, unit_id=OFFICE)
HEAD = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=UNIT)
OTHER_HEAD = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=OFFICE)
REVIEWER = person(Role.LEGAL_REVIEWER, agency_id=AGENCY, unit_id=OFFICE)
LEADER = person(Role.LEADER, agency_id=AGENCY)
BOTH = person(Role.LEGAL_REVIEWER, Role.LEADER, agency_id=AGENCY)
ADMINISTRATOR = person(Role.ADMINISTRATOR, agency_id=AGENCY)
SUPERVISOR = person(Role.SUPERVISOR, agency_id=OTHERS)
STRANGER = person(*set(Role) - {Role.PARTY, Role.LAWYER}, agency_id=OTHERS, unit_id=UNIT)
LAWYER = person(Role.LAWYER, agency_id=AGENCY, bound_to=frozenset({CASE}))
PARTY = person(Role.PARTY, agency_id=AGENCY, bound_to=frozenset({CASE}))
OTHER_LAWYER = person(Role.LAWYER, agency_id=AGENCY, bound_to=frozenset({uuid4()}))


def activated(pack: str = packs.S1, valid_from: date = date(2026, 1, 1)) -> PackActivated:
    return packs.activated(AGENCY, pack, valid_from, PACK)


def stored(clip_id: UUID = CLIP) -> ClipStored:
    end = datetime(2026, 1, 5, 7, 1, tzinfo=UTC)
    return ClipStored(
        agency_id=AGENCY,
        clip_id=clip_id,
        sha256=sha256(FILM).hexdigest(),
        size_bytes=len(FILM),
        carrier=Carrier.BODY_CAMERA,
        recorded_start=end - timedelta(minutes=1),
        recorded_end=end,
        filmed_by=HANDLER.subject,
        uploaded_by=HANDLER.subject,
        unit_id=UNIT,
    )


def quarantined(clip_id: UUID = CLIP) -> ClipQuarantined:
    return ClipQuarantined(
        agency_id=AGENCY,
        clip_id=clip_id,
        announced_sha256="0" * 64,
        received_sha256="1" * 64,
        uploaded_by=HANDLER.subject,
    )


def opened(category: Category = Category.PENALTY) -> CaseOpened:
    return CaseOpened(
        agency_id=AGENCY, case_id=CASE, category=category, unit_id=UNIT, opened_by=uuid4()
    )


def handled() -> ActivityRecorded:
    return ActivityRecorded(
        agency_id=AGENCY,
        activity_id=ACTIVITY,
        case_id=CASE,
        category=Category.PENALTY,
        stage="inquiry",
        officer_ids=(HANDLER.subject,),
    )


def linked(agency_id: UUID = AGENCY) -> ClipLinked:
    return ClipLinked(
        agency_id=agency_id,
        link_id=LINK,
        clip_id=CLIP,
        activity_id=ACTIVITY,
        case_id=CASE,
        unit_id=UNIT,
        linked_by=HANDLER.subject,
    )


def unlinked() -> ClipUnlinked:
    return ClipUnlinked(
        agency_id=AGENCY,
        link_id=LINK,
        clip_id=CLIP,
        activity_id=ACTIVITY,
        case_id=CASE,
        unlinked_by=HANDLER.subject,
    )


def archived() -> CaseArchived:
    return CaseArchived(
        agency_id=AGENCY, case_id=CASE, archived_on=date(2026, 1, 5), archived_by=uuid4()
    )


STORY: Final[tuple[Event, ...]] = (activated(), opened(), handled(), linked(), stored())


async def set_up(h: House, *more: Event) -> None:
    """A clip in an open penalty case of an agency that activated S1; then `more`."""
    keep_film(h)
    await say(h, *STORY, *more)


def keep_film(h: House) -> None:
    """Put the clip's bytes where ingest keeps originals."""
    with LocalObjects(h.data / "objects", SystemClock()).begin() as part:
        part.write(FILM)
        part.keep()


async def ask(
    h: House,
    who: Requester,
    manner: str = "view",
    purpose: str = "work",
    clip_id: UUID = CLIP,
    key: UUID | None = None,
) -> httpx.Response:
    body = {"clip_id": str(clip_id), "manner": manner, "purpose": purpose}
    return await h.call(who, "PUT", f"{V1}/requests/{key or uuid4()}", body)


async def asked(h: House, who: Requester, manner: str = "view", purpose: str = "work") -> str:
    """The path of a request that was not refused."""
    answer = await ask(h, who, manner, purpose)
    assert answer.status_code == 201, answer.text
    return f"{V1}/requests/{answer.json()['request_id']}"


async def approve(
    h: House, who: Requester, request: str, step: str, *, approve: bool = True
) -> httpx.Response:
    return await h.call(who, "POST", f"{request}/approvals/{step}", {"approve": approve})


async def opened_view(h: House, who: Requester = COLLEAGUE) -> dict[str, Any]:
    """A view of the clip, with the handling unit's consent."""
    request = await asked(h, who)
    assert (await approve(h, HEAD, request, "consent")).json()["outcome"] == "granted"
    return await h.done(who, "POST", f"{request}/views")


async def granted_copy(h: House, who: Requester = COLLEAGUE) -> str:
    """The path of a request for a copy that was reviewed and approved."""
    request = await asked(h, who, "copy", "litigation")
    for approver, step in ((REVIEWER, "review"), (LEADER, "approve")):
        assert (await approve(h, approver, request, step)).is_success
    await settle(h.app)
    return request


async def built_export(h: House, who: Requester = COLLEAGUE) -> dict[str, Any]:
    """An export whose folder stands."""
    request = await granted_copy(h, who)
    body = {"key": str(uuid4()), "proves": "证明现场情况", "extractor": "执法证号 0410472"}
    export = await h.done(who, "POST", f"{request}/exports", body)
    return await h.done(who, "GET", f"{V1}/exports/{export['export_id']}")
