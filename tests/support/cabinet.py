"""Two agencies' people at the catalogue, and clips that ingest has told of."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from common.auth import Requester
from common.events import Event
from contracts.identity import Role
from contracts.ingest import Carrier, ClipProbed, ClipQuarantined, ClipStored
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.register import introduce
from tests.support.said import of_type

AGENCY: Final = uuid4()
OTHER_AGENCY: Final = uuid4()
START: Final = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)

STAFF: Final = {
    role: person(role, agency_id=AGENCY, unit_id=AGENCY)
    for role in (
        Role.OFFICER,
        Role.CUSTODIAN,
        Role.UNIT_HEAD,
        Role.LEGAL_REVIEWER,
        Role.LEADER,
    )
}
OFFICER: Final = STAFF[Role.OFFICER]
CUSTODIAN: Final = STAFF[Role.CUSTODIAN]
SECOND: Final = person(Role.OFFICER, agency_id=AGENCY, unit_id=AGENCY)
"""Whoever goes along, because one officer alone is not enough."""
STRANGER: Final = person(
    Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, agency_id=OTHER_AGENCY, unit_id=OTHER_AGENCY
)


@dataclass
class Cabinet:
    """The catalogue of a running product, with one case and one activity in it."""

    house: House
    clock: FrozenClock
    case_id: UUID = field(default_factory=uuid4)
    activity_id: UUID = field(default_factory=uuid4)
    clip_id: UUID = field(default_factory=uuid4)

    async def call(
        self, who: Requester | None, method: str, path: str, json: object = None
    ) -> httpx.Response:
        return await self.house.call(who, method, f"/catalog/v1{path}", json)

    async def done(self, who: Requester, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 - JSON
        return await self.house.done(who, method, f"/catalog/v1{path}", json)

    async def hear(self, *events: Event) -> None:
        """Let ingest say something, and everybody hear it."""
        ctx = self.house.ctx("ingest")
        with ctx.db.transaction() as session:
            for event in events:
                ctx.outbox.emit(session, event)
        await settle(self.house.app)

    def said(self, kind: str) -> list[dict[str, Any]]:
        """What the catalogue has announced under the type `catalog.<kind>.v1`, oldest first."""
        return of_type(self.house, f"catalog.{kind}.v1")

    def refusals(self) -> list[tuple[str, str | None, str]]:
        """What was refused: the code, about what, and to the agency whose affair it is."""
        return [
            (event["code"], event["thing_id"], event["agency_id"])
            for event in self.said("request.refused")
        ]


@asynccontextmanager
async def cabinet(data: Path) -> AsyncGenerator[Cabinet]:
    """A catalogue with a case, an activity and a stored clip of an hour, not linked yet."""
    clock = FrozenClock()
    async with house(data, clock) as h:
        c = Cabinet(h, clock)
        await introduce(h, *STAFF.values(), SECOND, STRANGER)
        await c.done(OFFICER, "PUT", f"/cases/{c.case_id}", case())
        await c.done(OFFICER, "PUT", f"/activities/{c.activity_id}", activity(c.case_id))
        await c.hear(stored(c.clip_id))
        yield c


def case(**changes: object) -> dict[str, Any]:
    return {
        "name": "某化工公司安全检查",
        "cause": "日常检查",
        "category": "inspection",
        "unit_id": str(AGENCY),
        "party": {"name": "泽州县某化工公司", "kind": "organisation"},
        "provisional_no": "临2026-1",
        "case_no": None,
    } | changes


def activity(case_id: UUID, **changes: object) -> dict[str, Any]:
    return {
        "case_id": str(case_id),
        "stage": "on_site_inspection",
        "place": "一号车间",
        "officers": [str(OFFICER.subject), str(SECOND.subject)],
    } | changes


def stored(clip_id: UUID, agency_id: UUID = AGENCY, unit_id: UUID | None = AGENCY) -> ClipStored:
    return ClipStored(
        agency_id=agency_id,
        clip_id=clip_id,
        sha256="0" * 64,
        size_bytes=1,
        carrier=Carrier.BODY_CAMERA,
        recorded_start=START,
        recorded_end=START + timedelta(hours=1),
        filmed_by=OFFICER.subject,
        uploaded_by=OFFICER.subject,
        unit_id=unit_id,
    )


def probed(clip_id: UUID, duration_ms: int) -> ClipProbed:
    return ClipProbed(
        agency_id=AGENCY,
        clip_id=clip_id,
        decodable=True,
        duration_ms=duration_ms,
        width=1920,
        height=1080,
        video_codec="h264",
        audio_codec="aac",
        frame_rate_milli=25_000,
        made_at=None,
        jumps=0,
    )


def quarantined(clip_id: UUID) -> ClipQuarantined:
    return ClipQuarantined(
        agency_id=AGENCY,
        clip_id=clip_id,
        announced_sha256="0" * 64,
        received_sha256="1" * 64,
        uploaded_by=OFFICER.subject,
    )


def told(answer: httpx.Response) -> tuple[int, str]:
    """What a problem document says."""
    return answer.status_code, answer.json()["code"]
