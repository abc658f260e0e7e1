"""Agencies in their tree, and their units."""

from collections.abc import Sequence
from uuid import UUID

from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.identity import AgencyRegistered, Level, UnitRegistered
from identity import domain, store
from identity.domain import Agency, Unit
from identity.errors import IdTakenError, LevelWrongError
from identity.operations.context import Context, administered, administering


def register_agency(
    ctx: Context,
    who: Requester,
    agency_id: UUID,
    *,
    parent_id: UUID,
    name: str,
    level: Level,
    division: str,
) -> Agency:
    """Put an agency below one that `who` administers. Safe to repeat.

    Raises:
        AgencyUnknownError: `who` administers no such parent.
        LevelWrongError: agencies of this level do not stand below the parent.
        IdTakenError: the id belongs to another agency, or to this one in another form.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        parent = administered(session, who, parent_id)
        if not domain.may_stand_below(level, parent.level):
            raise LevelWrongError
        path = domain.path_below(parent, agency_id)
        agency = Agency(agency_id, parent_id, name, level, division, path)
        known = store.find_agency(session, agency_id)
        if known is None:
            store.add_agency(session, agency)
            ctx.outbox.emit(session, registered(agency))
        elif known != agency:
            raise RefusedError(IdTakenError(), agency_id, agency_id)
    return agency


def register_unit(ctx: Context, who: Requester, unit: Unit) -> Unit:
    """Record a unit of an agency that `who` administers. Safe to repeat.

    Raises:
        AgencyUnknownError: `who` administers no such agency.
        IdTakenError: the id belongs to another unit, or to this one in another form.
    """
    with (
        ctx.recording(who),
        ctx.db.transaction() as session,
        administering(session, who, unit.agency_id),
    ):
        known = anywhere(session, store.find_unit, unit.unit_id)
        if known is None:
            store.add_unit(session, unit)
            event = UnitRegistered(agency_id=unit.agency_id, unit_id=unit.unit_id)
            ctx.outbox.emit(session, event)
        elif known != unit:
            raise RefusedError(IdTakenError(), unit.unit_id, known.agency_id)
    return unit


def list_agencies(ctx: Context, who: Requester, after: UUID | None, limit: int) -> Sequence[Agency]:
    """`who`'s agency and those below it, by id; nothing beside or above."""
    with ctx.db.snapshot() as session:
        own = store.find_agency(session, who.agency_id)
        return store.list_agencies(session, own.path, after, limit) if own else []


def registered(agency: Agency) -> AgencyRegistered:
    return AgencyRegistered(
        agency_id=agency.agency_id,
        parent_id=agency.parent_id,
        level=agency.level,
        division=agency.division,
    )
