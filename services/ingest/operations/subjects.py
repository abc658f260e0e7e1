"""Whom an announced clip concerns: the one look before anything is said of it or shown."""

from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.identity import Role
from ingest.domain.clocks import Subject
from ingest.errors import ClipUnknownError, NotYourClipError
from ingest.store import subjects


def find(session: Session, who: Requester, clip_id: UUID) -> Subject:
    """An announced clip of the requester's own agency.

    Raises:
        RefusedError: with `ClipUnknownError`, where it is unknown or another agency's.
    """
    return _expect_own(who, clip_id, anywhere(session, subjects.find_subject, clip_id))


def find_judged(session: Session, who: Requester, clip_id: UUID) -> Subject:
    """The same, or one that is only registered as lying outside: of it nothing is said here later.

    Raises:
        RefusedError: with `ClipUnknownError`, where it is unknown or another agency's.
    """
    return _expect_own(who, clip_id, anywhere(session, subjects.find_judged, clip_id))


def _expect_own(who: Requester, clip_id: UUID, subject: Subject | None) -> Subject:
    if subject is None or subject.agency_id != who.agency_id:
        raise RefusedError(ClipUnknownError(), clip_id, subject and subject.agency_id)
    return subject


def own(session: Session, who: Requester, clip_id: UUID) -> Subject:
    """One that the requester filmed or uploaded, or, being a custodian, keeps.

    Raises:
        RefusedError: with `ClipUnknownError` or `NotYourClipError`.
    """
    subject = find(session, who, clip_id)
    if Role.CUSTODIAN not in who.roles and not subject.is_of(who.subject):
        raise RefusedError(NotYourClipError(), clip_id)
    return subject
