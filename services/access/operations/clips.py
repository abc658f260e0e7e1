"""What a clip's own agency is told of it before anybody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from access.domain import requests
from access.domain.requests import Case
from access.errors import ClipResubmittedError, ClipUnknownError
from access.operations.context import Context, in_force
from access.store import facts
from common.auth import Requester
from common.fence import anywhere


@dataclass(frozen=True)
class Facts:
    """What requests for a clip are judged by now; news on its way may still change it."""

    clip_id: UUID
    quarantined: bool
    cases: Sequence[Case]
    pack_sha256: str | None
    """The pack whose table decides; None: none is in force, so every request is refused."""


def show_facts(ctx: Context, who: Requester, clip_id: UUID) -> Facts:
    """Say by what facts requests for a clip would be judged, to its agency's people.

    Raises:
        ClipUnknownError: there is no such clip, or none the requester may know of.
        ClipResubmittedError: it is an entry of another one.
    """
    with ctx.db.snapshot() as session:
        entry = facts.find_entry(session, clip_id)
        agency_id = anywhere(session, facts.find_agency, clip_id)
        if entry is None and agency_id is not None and requests.is_staff(who, agency_id):
            return Facts(
                clip_id=clip_id,
                quarantined=facts.find_clip(session, clip_id) is None,
                cases=facts.cases_of(session, clip_id, agency_id),
                pack_sha256=in_force(ctx, session, agency_id).pack_sha256,
            )
    if entry is not None and requests.is_staff(who, entry.agency_id):
        raise ctx.refuse(who, ClipResubmittedError(entry.original_id), clip_id)
    raise ctx.refuse(who, ClipUnknownError(), clip_id, agency_id)
