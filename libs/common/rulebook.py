"""A service's own copy of the packs its agencies activated: which one rules on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Column, Date, LargeBinary, MetaData, String, Table, Uuid, select
from sqlmodel import Session

from common.packs import Pack


class PackDiffersError(Exception):
    """This version of the product ships other bytes under the pack's name than were activated."""


@dataclass(frozen=True)
class RulebookTables:
    """What the rulebook keeps in the service's own database. Both are insert-only."""

    activations: Table
    contents: Table


def tables(metadata: MetaData) -> RulebookTables:
    activations = Table(
        "pack_activation",
        metadata,
        Column("activation_id", Uuid, primary_key=True),
        Column("agency_id", Uuid, nullable=False, index=True),
        Column("pack", String, nullable=False),
        Column("sha256", String, nullable=False),
        Column("valid_from", Date, nullable=False),
    )
    contents = Table(
        "pack_content",
        metadata,
        Column("sha256", String, primary_key=True),
        Column("content", LargeBinary, nullable=False),
    )
    return RulebookTables(activations, contents)


@dataclass(frozen=True)
class Activation:
    """From `valid_from` on, acts of the agency are judged by this version of the pack."""

    activation_id: UUID
    agency_id: UUID
    pack: str
    sha256: str
    valid_from: date


class Rulebook:
    """Remembers activations with the bytes they named, so that a newer product changes nothing."""

    def __init__(self, tables: RulebookTables) -> None:
        self.tables = tables
        self._read: dict[str, Pack] = {}

    def remember(self, session: Session, activation: Activation) -> None:
        """Keep an activation and the bytes of its pack. Safe to repeat.

        Raises:
            PackDiffersError: the shipped bytes are not the activated ones.
        """
        pack = Pack.shipped(activation.pack)
        if pack.sha256 != activation.sha256:
            raise PackDiffersError(activation.pack)
        connection = session.connection()
        contents = self.tables.contents
        known = select(contents.c.sha256).where(contents.c.sha256 == activation.sha256)
        if connection.execute(known).first() is None:
            row = {"sha256": activation.sha256, "content": pack.to_bytes()}
            connection.execute(contents.insert().values(row))
        self.remember_unread(session, activation)

    def remember_unread(self, session: Session, activation: Activation) -> None:
        """Keep an activation without its pack's bytes. Safe to repeat.

        For a service that hears of it only when the product ships others: until the next one
        begins, nothing is in force that could be judged by, least of all what was before.
        """
        connection, activations = session.connection(), self.tables.activations
        known = select(activations.c.pack).where(
            activations.c.activation_id == activation.activation_id
        )
        if connection.execute(known).first() is None:
            connection.execute(activations.insert().values(vars(activation)))

    def in_force(self, session: Session, agency_id: UUID, day: date) -> Pack | None:
        """The pack that ruled the agency on `day`, or None: then the system must ask."""
        rows = self.tables.activations
        query = (
            select(rows.c.pack, rows.c.sha256)
            .where(rows.c.agency_id == agency_id, rows.c.valid_from <= day)
            .order_by(rows.c.valid_from.desc(), rows.c.activation_id.desc())
            .limit(1)
        )
        found = session.connection().execute(query).first()
        return self._content(session, found.pack, found.sha256) if found else None

    def in_force_between(
        self, session: Session, agency_id: UUID, first: date, last: date
    ) -> Sequence[Pack | None]:
        """Each that ruled the agency on a day from `first` to `last`, the oldest first, none twice.

        None among them stands for days on which there was none.
        """
        rows = self.tables.activations
        query = (
            select(rows.c.pack, rows.c.sha256, rows.c.valid_from)
            .where(rows.c.agency_id == agency_id, rows.c.valid_from <= last)
            .order_by(rows.c.valid_from, rows.c.activation_id)
        )
        begun = {row.valid_from: row for row in session.connection().execute(query)}
        since = max((day for day in begun if day <= first), default=None)
        ruled: dict[str, Pack | None] = {}
        for day, row in begun.items():
            if since is None or day >= since:
                ruled.pop(row.sha256, None)  # one that rules again is the newest
                ruled[row.sha256] = self._content(session, row.pack, row.sha256)
        return [*([None] if since is None else []), *ruled.values()]

    def activated(self, session: Session, agency_id: UUID) -> Sequence[Pack]:
        """Every pack that ever ruled the agency, or will from a day that has not come."""
        rows = self.tables.activations
        query = select(rows.c.pack, rows.c.sha256).where(rows.c.agency_id == agency_id).distinct()
        found = session.connection().execute(query.order_by(rows.c.sha256)).all()
        packs = [self._content(session, row.pack, row.sha256) for row in found]
        return [pack for pack in packs if pack]

    def _content(self, session: Session, name: str, sha256: str) -> Pack | None:
        if sha256 not in self._read:
            contents = self.tables.contents
            query = select(contents.c.content).where(contents.c.sha256 == sha256)
            content = session.connection().execute(query).scalar_one_or_none()
            if content is None:
                return None
            self._read[sha256] = Pack.from_bytes(name, content)
        return self._read[sha256]
