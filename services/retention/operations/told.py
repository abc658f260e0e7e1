"""What retention does about other services' events, in whatever order their owners speak."""

from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from common.rulebook import Activation
from contracts.catalog import CaseArchived, CaseEnded, CaseOpened, ClipLinked
from contracts.checklist import PackActivated
from contracts.ingest import ClipStored
from retention import store
from retention.domain.cases import CaseFile, Clip, Ended, Link
from retention.domain.periods import legal_day
from retention.operations.context import Context
from retention.operations.scheduling import propose_class, schedule_clips


def pack_activated(ctx: Context, session: Session, event: PackActivated) -> None:
    """Remember the law, and propose anew where nobody has confirmed: it may have come late."""
    activation = Activation(
        event.activation_id, event.agency_id, event.pack, event.sha256, event.valid_from
    )
    ctx.rulebook.remember(session, activation)
    for case in store.lock_unconfirmed(session, event.agency_id, event.valid_from):
        propose_class(ctx, session, case)


def case_opened(_ctx: Context, session: Session, event: CaseOpened) -> None:
    case = _lock_case(session, event.case_id, event.agency_id)
    store.save_case(session, replace(case, unit_id=event.unit_id))


def case_ended(ctx: Context, session: Session, event: CaseEnded) -> None:
    """Propose a class. What people confirmed already stands."""
    case = _lock_case(session, event.case_id, event.agency_id)
    if store.confirmed(session, [event.case_id]):
        return
    ended = Ended(event.category, event.ended_on, frozenset(event.traits))
    propose_class(ctx, session, replace(case, unit_id=event.unit_id, ended=ended))


def case_archived(_ctx: Context, session: Session, event: CaseArchived) -> None:
    """Keep the day; periods start from the end of the act, not from this."""
    case = _lock_case(session, event.case_id, event.agency_id)
    store.save_case(session, replace(case, archived_on=event.archived_on))


def clip_stored(_ctx: Context, session: Session, event: ClipStored) -> None:
    recorded_on = legal_day(event.recorded_end)
    store.save_clip(session, Clip(event.clip_id, event.agency_id, recorded_on))


def clip_linked(ctx: Context, session: Session, event: ClipLinked) -> None:
    """A clip that joins a case whose class is confirmed is scheduled at once.

    Nobody listens to a link's end: what was recorded in the course of a case (案件办理过程中记录的,
    S1 附件3 第八条) stays so, and is kept as the file is.
    """
    case = _lock_case(session, event.case_id, event.agency_id)
    if case.unit_id is None:
        case = replace(case, unit_id=event.unit_id)
        store.save_case(session, case)
    if store.lock_clip(session, event.clip_id) is None:
        store.save_clip(session, Clip(event.clip_id, event.agency_id))
    if store.find_link(session, event.link_id) is None:
        store.add_link(session, Link(event.link_id, event.clip_id, event.case_id))
        schedule_clips(ctx, session, case, [event.clip_id])


def _lock_case(session: Session, case_id: UUID, agency_id: UUID) -> CaseFile:
    return store.lock_case(session, case_id) or CaseFile(case_id, agency_id)
