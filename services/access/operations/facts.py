"""What access remembers of other services' news. Nothing here depends on their order."""

from sqlmodel import Session

from access.domain.content import Clip
from access.domain.requests import Entry
from access.operations.context import Context
from access.store import facts
from common.rulebook import Activation
from contracts.catalog import (
    ActivityRecorded,
    CaseArchived,
    CaseEnded,
    CaseOpened,
    ClipLinked,
    ClipUnlinked,
)
from contracts.checklist import PackActivated
from contracts.ingest import ClipQuarantined, ClipResubmitted, ClipStored


def remember_clip(_ctx: Context, session: Session, event: ClipStored) -> None:
    """Keep what decisions and exports need of a clip."""
    said = {name: getattr(event, name) for name in Clip.__dataclass_fields__}
    facts.keep_clip(session, Clip(**said))


def remember_quarantine(_ctx: Context, session: Session, event: ClipQuarantined) -> None:
    """From now on nobody is shown this clip."""
    facts.keep_quarantined(session, event.clip_id, event.agency_id)


def remember_entry(_ctx: Context, session: Session, event: ClipResubmitted) -> None:
    """Whoever asks for the entry is led to its original."""
    facts.keep_entry(session, Entry(event.resubmitted_as, event.agency_id, event.clip_id))


def remember_case(_ctx: Context, session: Session, event: CaseOpened | CaseEnded) -> None:
    facts.keep_case(session, event.case_id, event.category, event.unit_id)


def remember_archived(_ctx: Context, session: Session, event: CaseArchived) -> None:
    facts.keep_archived(session, event.case_id, event.archived_on)


def remember_handlers(_ctx: Context, session: Session, event: ActivityRecorded) -> None:
    """Who carries out a case's activities handles the case (案件承办人)."""
    facts.keep_handlers(session, event.activity_id, event.case_id, event.officer_ids)


def remember_link(_ctx: Context, session: Session, event: ClipLinked) -> None:
    facts.keep_link(
        session,
        event.link_id,
        clip_id=event.clip_id,
        agency_id=event.agency_id,
        case_id=event.case_id,
        unit_id=event.unit_id,
    )


def forget_link(_ctx: Context, session: Session, event: ClipUnlinked) -> None:
    facts.end_link(session, event.link_id)


def activate_pack(ctx: Context, session: Session, event: PackActivated) -> None:
    """Keep the pack, so that the day's decisions are made by it."""
    activation = Activation(
        event.activation_id, event.agency_id, event.pack, event.sha256, event.valid_from
    )
    ctx.rulebook.remember(session, activation)
