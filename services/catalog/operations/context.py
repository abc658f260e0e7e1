"""What all of the catalogue's operations need, and how they find what somebody may know of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

from sqlmodel import Session

from catalog.domain import Activity, Case, Clip, Status, Wording
from catalog.errors import (
    ActivityUnknownError,
    ArchivedError,
    CaseUnknownError,
    ClipUnknownError,
    NotHandlingUnitError,
)
from catalog.settings import Settings
from catalog.store import cases, clips
from common import service
from common.auth import Requester
from common.fence import anywhere
from common.packs import Pack, shipped_names
from common.rulebook import Rulebook
from common.service import RefusedError
from contracts.identity import Role

CHECKLIST: Final = "checklist.yaml"


class Library:
    """The words of packs' lists by the packs' digest, parsed once: a digest never changes."""

    def __init__(self) -> None:
        self._read: dict[str, Wording | None] = {}

    def wording(self, pack: Pack) -> Wording | None:
        """The words of a pack's list, or None where it has no list."""
        sha256 = pack.sha256
        if sha256 not in self._read:
            has_one = CHECKLIST in pack.files
            self._read[sha256] = pack.read(CHECKLIST, Wording) if has_one else None
        return self._read[sha256]

    @cached_property
    def shipped(self) -> Sequence[Pack]:
        """The packs that came with the product."""
        return [Pack.shipped(name) for name in shipped_names()]


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """What the catalogue's operations need; built once in app.py."""

    settings: Settings
    rulebook: Rulebook
    library: Library = field(default_factory=Library)


def own_case(session: Session, who: Requester, case_id: UUID) -> Case:
    """The case, held until the transaction ends, if it is `who`'s agency's.

    Raises:
        RefusedError: there is none, or it is another agency's; the two look the same.
    """
    case = anywhere(session, cases.hold_case, case_id)
    if case is None or case.agency_id != who.agency_id:
        raise RefusedError(CaseUnknownError(), case_id, case and case.agency_id)
    return case


def handled_case(session: Session, who: Requester, case_id: UUID) -> Case:
    """The case, held until the transaction ends, if `who`'s unit handles it.

    Raises:
        RefusedError: as `own_case`, or another unit of the agency handles it.
    """
    case = own_case(session, who, case_id)
    if who.unit_id != case.unit_id:
        raise RefusedError(NotHandlingUnitError(), case_id)
    return case


def check_may_tie(who: Requester, case: Case) -> None:
    """Whether `who` may say which clips serve the case: its unit, or who keeps all clips.

    Raises:
        RefusedError: neither.
    """
    if who.unit_id != case.unit_id and not is_custodian(who):
        raise RefusedError(NotHandlingUnitError(), case.case_id)


def check_may_offer(who: Requester, clip: Clip) -> None:
    """Whether `who` may let the clip serve a case: whoever can show it there decides who sees it.

    Raises:
        RefusedError: it is another unit's, or nobody's and uploaded by somebody else.
    """
    is_own = (
        clip.uploaded_by == who.subject if clip.unit_id is None else clip.unit_id == who.unit_id
    )
    if not is_own and not is_custodian(who):
        raise RefusedError(NotHandlingUnitError(), clip.clip_id)


def is_custodian(who: Requester) -> bool:
    return Role.CUSTODIAN in who.roles


def own_activity(session: Session, who: Requester, activity_id: UUID) -> Activity:
    """The activity, if it is `who`'s agency's.

    Raises:
        RefusedError: there is none, or it is another agency's; the two look the same.
    """
    activity = anywhere(session, cases.find_activity, activity_id)
    if activity is None or activity.agency_id != who.agency_id:
        raise RefusedError(ActivityUnknownError(), activity_id, activity and activity.agency_id)
    return activity


def own_clip(session: Session, who: Requester, clip_id: UUID) -> Clip:
    """The clip, if it is `who`'s agency's.

    Raises:
        RefusedError: there is none, it is another agency's, or nobody has told the catalogue of it
            yet; all look the same.
    """
    clip = anywhere(session, clips.find_clip, clip_id)
    if clip is None or clip.agency_id != who.agency_id:
        raise RefusedError(ClipUnknownError(), clip_id, clip and clip.agency_id)
    return clip


def check_not_archived(case: Case) -> None:
    if case.status is Status.ARCHIVED:
        raise ArchivedError
