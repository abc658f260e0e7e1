"""What is said of a clip before its first byte. Pure: no I/O, no clock, no framework."""

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    AwareDatetime,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from common.events import Sha256
from common.fields import Line
from contracts.ingest import Carrier, IndexField, TimeOrigin
from ingest.domain.index import Described, given

KEY: Final = re.compile(r"[!-+\--~]+")
"""A key of Upload-Metadata: ASCII without space or comma (tus 1.0, "Upload-Metadata")."""


class MetadataError(ValueError):
    """A header of tus is not made as the protocol says.

    `key` is of the pair that is odd, where that can be told.
    """

    def __init__(self, key: str | None = None) -> None:
        super().__init__()
        self.key = key


class Secrecy(StrEnum):
    """What whoever filmed says about secrets in the film."""

    NONE = "none"
    STATE_SECRET = "state_secret"  # noqa: S105 - 国家秘密; must never enter
    TRADE_SECRET = "trade_secret"  # noqa: S105 - 商业秘密
    PRIVACY = "privacy"  # 个人隐私


def _own_name(path: str) -> str:
    """The last part of a path, as any system writes it: a name from outside leads nowhere."""
    name = re.split(r"[/\\]", path)[-1].strip()
    if name in {"", ".", ".."}:
        raise PydanticCustomError("no_file_name", "not a file's name")
    return name


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError("datetime_range", "out of range") from error


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def later_than_start(end: datetime, info: ValidationInfo) -> datetime:
    """Refuse a `recorded_end` that is not after the `recorded_start` told before it."""
    start = info.data.get("recorded_start")  # not there where it was odd itself
    if start is not None and end <= start:
        raise PydanticCustomError("not_after", "not after {other}", {"other": "recorded_start"})
    return end


MediaType = Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,63}/[\w.+-]{1,63}$")]


class Announcement(Described):
    """What is said of a clip before its first byte. The names are words, never used as paths."""

    clip_id: UUID
    """In a request the client's own; from `of_agency` on the clip's, wherever it is spoken of."""
    sha256: Sha256 | None = None
    """None: what filmed it hashes while it sends, and says it later or never (ADR 0024)."""
    recorded_start: Instant
    recorded_end: Instant
    carrier: Carrier
    filmed_by: UUID
    device_no: Line
    filename: Annotated[Line, AfterValidator(_own_name)]
    filetype: MediaType
    unit_id: UUID | None = None
    secrecy: Secrecy = Secrecy.NONE
    exported_at: Instant | None = None
    """When it was copied from the device that filmed it, by the clock of what copied it."""
    recorded_start_from: TimeOrigin | None = None
    recorded_end_from: TimeOrigin | None = None
    """Who claims when it was recorded. None: nobody said."""

    _ordered = field_validator("recorded_end")(later_than_start)

    def of_agency(self, agency_id: UUID) -> Self:
        """The announcement with the clip's id in place of the client's."""
        return self.model_copy(update={"clip_id": clip_id_of(agency_id, self.clip_id)})

    def extras(self) -> dict[str, object]:
        """What need not be said, as far as it is, as JSON."""
        return self.model_dump(mode="json", include=EXTRAS, exclude_none=True)

    def repeats(self, first: Self) -> bool:
        """Whether it announces what `first` did, by a newer export or a client that says more.

        A card that is exported anew has a later `exported_at`, and the first one counts. Of what
        need not be said, one may say less than the other, but never something else.
        """
        mine, its = self.extras(), first.extras()
        both = (mine.keys() & its.keys()) - {"exported_at"}
        needed = self.model_dump(exclude=EXTRAS) == first.model_dump(exclude=EXTRAS)
        return needed and all(mine[name] == its[name] for name in both)

    def indexed(self, agency_id: UUID) -> dict[IndexField, object]:
        """The first answer to what the clip is filed under."""
        return given(self) | {
            IndexField.AGENCY: str(agency_id),
            IndexField.FILMED_BY: str(self.filmed_by),
            IndexField.RECORDED: "/".join(
                instant.isoformat() for instant in (self.recorded_start, self.recorded_end)
            ),
            IndexField.CARRIER: self.carrier.value,
            IndexField.FILE_NAME: self.filename,
        }


EXTRAS: Final = {
    *Described.model_fields,
    "exported_at",
    "recorded_start_from",
    "recorded_end_from",
}
"""What need not be said with an upload."""


def clip_id_of(agency_id: UUID, client_id: UUID) -> UUID:
    """The id of the clip that a client of this agency calls `client_id`.

    Made of both, so that clients' ids are unique per agency and nobody ever meets another agency's
    clip by choosing its id: taken as they come, the answer would tell whether some agency has such
    a clip, a clip not yet announced could be forestalled, and a refusal would enter its history.
    A client may compute it before it is connected. Source: RFC 9562, 5.5 (UUIDv5).
    """
    return uuid5(agency_id, str(client_id))


def read_metadata(header: str) -> Mapping[str, str]:
    """The pairs of an Upload-Metadata header.

    Raises:
        MetadataError: a key is odd or comes twice, or a value is not base64 of UTF-8.

    Source: tus 1.0, "Upload-Metadata".
    """
    pairs: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip(" ").partition(" ")
        if not KEY.fullmatch(key):
            raise MetadataError
        if key in pairs:
            raise MetadataError(key)
        try:
            pairs[key] = b64decode(value, validate=True).decode()
        except ValueError as error:
            raise MetadataError(key) from error
    return pairs
