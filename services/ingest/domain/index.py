"""What a clip is filed under: the first answer came with its upload, later ones stand beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from common.fields import Line, Passage
from contracts.ingest import IndexField

OFFICERS_MAX: Final = 50


def _listed(said: object) -> object:
    """Read `ID,ID…`: a header of an upload knows no lists."""
    return said.split(",") if isinstance(said, str) else said


Officers = Annotated[
    tuple[UUID, ...],
    BeforeValidator(_listed, json_schema_input_type=tuple[UUID, ...]),
    Field(min_length=1, max_length=OFFICERS_MAX),
]


class Described(BaseModel):
    """What may be said of a clip with its upload or later. Nothing here is ever demanded at once.

    Sources: S1 附件2 第八条, 附件3 第五、九条; S3 第六条; S4 第二十七条.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    device_brand: Line | None = None
    device_model: Line | None = None
    officers: Officers | None = None
    """Accounts of all who carried out the act, whoever filmed."""
    provisional_no: Line | None = None
    """What the case is called before it has a number."""
    case_no: Line | None = None
    case_name: Line | None = None
    party_name: Line | None = None
    cause: Line | None = None
    place: Line | None = None
    remarks: Passage | None = None


class Completion(Described):
    """What may be said later.

    When it was filmed, by whom and by what is not: periods run from it, and access rests on it.
    """

    unit_id: UUID | None = None
    device_no: Line | None = None

    def said(self) -> dict[str, object]:
        """What is said, as JSON."""
        return self.model_dump(mode="json", exclude_none=True)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.said():
            raise ValueError("nothing is said")
        return self


@dataclass(frozen=True)
class Entry:
    """Something that was said later, by whom and when. Never changed, never removed."""

    entry_id: UUID
    by: UUID
    at: datetime
    values: Completion


@dataclass(frozen=True)
class Index:
    """What is known, and since when each field is."""

    values: Mapping[IndexField, object]
    """As JSON; the latest that was said."""
    since: Mapping[IndexField, datetime]
    """When something was first said of it."""

    def missing(self, demanded: Iterable[IndexField]) -> tuple[IndexField, ...]:
        return tuple(sorted(field for field in demanded if field not in self.since))

    def complete_at(self, demanded: Iterable[IndexField]) -> datetime | None:
        """Since when all of these fields are there; None while one is missing."""
        fields = frozenset(demanded)
        if not fields or self.missing(fields):
            return None
        return max(self.since[field] for field in fields)


def given(values: Described) -> dict[IndexField, object]:
    """The fields of which something is said, with what is said, as JSON."""
    said = values.model_dump(mode="json", exclude_none=True)
    return {FIELDS[name]: value for name, value in said.items() if name in FIELDS}


FIELDS: Final[Mapping[str, IndexField]] = {
    **{name: IndexField(name) for name in Described.model_fields},
    "unit_id": IndexField.UNIT,
    "device_no": IndexField.DEVICE_NO,
}
"""The fields of a `Completion`, by their names there."""


def index_of(
    first: Mapping[IndexField, object],
    announced_at: datetime,
    stored_at: datetime | None,
    entries: Sequence[Entry],
) -> Index:
    """What all that was said, oldest first, amounts to."""
    values = dict(first)
    since = dict.fromkeys(first, announced_at)
    if stored_at:
        values[IndexField.STORED] = stored_at.isoformat()
        since[IndexField.STORED] = stored_at
    for entry in entries:
        for field, value in given(entry.values).items():
            values[field] = value
            since.setdefault(field, entry.at)
    return Index(values, since)
