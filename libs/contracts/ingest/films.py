"""What ingest announces of uploads and films."""

from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import AwareDatetime

from common.events import Code, Count, Event, Refused, Sha256


class Carrier(StrEnum):
    """The kind of device that made a clip (记录载体)."""

    BODY_CAMERA = "body_camera"  # 执法记录仪
    CAMERA = "camera"  # 照相机
    CAMCORDER = "camcorder"  # 摄像机
    FIXED_CAMERA = "fixed_camera"  # 视频监控
    VOICE_RECORDER = "voice_recorder"  # 录音
    PHONE = "phone"  # 手机


class TimeOrigin(StrEnum):
    """Who claims when something was recorded. All are claims, and none was verified."""

    MANIFEST = "manifest"
    """What exported the card, of the device's own clock."""
    FILE_NAME = "file_name"
    EMBEDDED = "embedded"
    """The film's own bytes; of an end, how long they say it lasts, from the beginning on."""
    MODIFIED = "modified"
    """The card's file system: when the file was written to last."""
    MOMENT = "moment"
    """Nobody: a second after the beginning."""


class UploadRefused(Event):
    """An upload was turned away before a byte of it was kept.

    `clip_id` is made of the requester's agency and of what the client chose: no choice of a client
    puts a refusal into the history of another agency's clip.
    """

    type: ClassVar[str] = "ingest.upload.refused.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    requester_id: UUID
    reason: Literal["state_secret", "too_large"]


class UploadEnded(Event):
    """An upload was ended before all of its bytes had come; those that had are not kept.

    A part that was never joined belongs to no clip: `clip_id` is then an id of its own.
    """

    type: ClassVar[str] = "ingest.upload.ended.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    uploaded_by: UUID
    reason: Literal["terminated", "expired"]
    """By who began it, or because nothing came for as long as the setting says."""
    received_bytes: Count
    announced_bytes: Count | None
    """None: its length was never said."""


class ClipStored(Event):
    """The original bytes of a clip are durable and will not change any more.

    `recorded_start` and `recorded_end` are what the device said; who filmed is an account's id.
    """

    type: ClassVar[str] = "ingest.clip.stored.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256
    size_bytes: Count
    carrier: Carrier
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    filmed_by: UUID
    uploaded_by: UUID
    unit_id: UUID | None
    read_back_sha256: Sha256 | None = None
    """Of what the store gave back before this was said; None: this film was not read back."""
    read_back_bytes: Count | None = None
    digest_unconfirmed: bool = False
    """Whether `sha256` is our own reading alone, because its client has not said a digest. It holds
    until a `ClipDigestConfirmed` or a `ClipQuarantined` of the same clip."""
    recorded_start_from: TimeOrigin | None = None
    recorded_end_from: TimeOrigin | None = None
    """Who claims these times. None: whoever announced the clip did not say."""
    recorded_ahead_ms: Count | None = None
    """By how much `recorded_end` lies, at the least, after the clip was told of, by our clock and
    what is known of the device's: that clock is wrong, and both times are not to be relied on.
    None: it does not, or the event is older than the field."""
    released_by: UUID | None = None
    """Who found that the quarantined clip's bytes are the recording. None: it was not in quarantine
    before. Otherwise `sha256` is still that of the bytes, and its client had said another one."""


class ClipQuarantined(Event):
    """The bytes that arrived are not those the client says. They are kept, and not used.

    It may follow the clip's `ClipStored`, if that was unconfirmed and the digest is said later. A
    `ClipStored` after it takes it back: a person found that the digest was said wrongly.
    """

    type: ClassVar[str] = "ingest.clip.quarantined.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    announced_sha256: Sha256
    received_sha256: Sha256
    uploaded_by: UUID
    said_by: UUID | None = None
    """Who said the digest after the clip was stored; None: it was known when the bytes were."""


class ClipQuarantineReviewed(Event):
    """A person looked at a quarantined clip. If the digest was wrong, a `ClipStored` follows."""

    type: ClassVar[str] = "ingest.clip.quarantine_reviewed.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    review_id: UUID
    finding: Literal["digest_wrong", "damaged"]
    announced_sha256: Sha256
    received_sha256: Sha256
    replaced_by: UUID | None
    """The clip under which the same recording is kept, where these bytes are damaged."""
    reviewed_by: UUID


class ClipDigestConfirmed(Event):
    """Of a clip that was stored as unconfirmed the digest was said, and it is that of its bytes."""

    type: ClassVar[str] = "ingest.clip.digest_confirmed.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256
    said_by: UUID


class ClipProbed(Event):
    """What a limited process read from a clip's bytes. Undecodable clips are kept and flagged."""

    type: ClassVar[str] = "ingest.clip.probed.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    decodable: bool
    duration_ms: Count
    width: Count
    height: Count
    video_codec: Code | None
    audio_codec: Code | None
    frame_rate_milli: Count
    """Frames per 1,000 seconds; 0 where there is no picture."""
    made_at: AwareDatetime | None
    """The creation time embedded in the file, an assertion of the device."""
    jumps: Count
    """Places where the time stamps leave a hole or go back."""
    container: Code | None = None
    missing_ms: Count | None = None
    """How long these holes are together. None, here and below: not read."""
    filmed_ms: Count | None = None
    """How long the packets last without the holes, whatever the file claims."""
    black: Literal["yes", "no", "unknown"] | None = None
    """Whether every picture that was looked at is black; None also where it has none."""
    silent: Literal["yes", "no", "unknown"] | None = None


class ClipUnavailable(Event):
    """The bytes of a kept clip cannot be opened: lost, or their store keeps failing. An alarm.

    It holds until a `ClipAvailable` of the same clip takes it back.
    """

    type: ClassVar[str] = "ingest.clip.unavailable.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256


class ClipAvailable(Event):
    """The bytes of a clip that was announced as unavailable could be opened again."""

    type: ClassVar[str] = "ingest.clip.available.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256


class DerivativeKind(StrEnum):
    """What is made of an original to be looked at quickly."""

    STILL_10 = "still_10"
    STILL_50 = "still_50"
    STILL_90 = "still_90"
    """A picture at so many percent of a film."""
    PREVIEW = "preview"
    """A light copy of a film or of a recording, a reduced one of a photograph."""


class DerivativeMade(Event):
    """Something was made of a clip's original bytes, which it never replaces."""

    type: ClassVar[str] = "ingest.derivative.made.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    parent_sha256: Sha256
    sha256: Sha256
    kind: DerivativeKind
    recipe: Code
    """Which says how it was made; another one, with another version."""


class ClipDoubted(Event):
    """What the store has of a clip is not what was placed there, or not locked. An alarm.

    Nobody was told that the clip is kept: its bytes are still where they arrived, and are placed
    again. It holds until the clip's `ClipStored`, `ClipQuarantined` or `ClipDoubtEnded`.
    """

    type: ClassVar[str] = "ingest.clip.doubted.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256
    """Of what was placed."""
    reason: Literal["other_bytes", "unreadable", "missing", "not_locked"]
    read_sha256: Sha256 | None
    """Of what the store gave back, if it did."""
    read_bytes: Count | None


class ClipResubmitted(Event):
    """A kept clip was handed in once more: same agency, device and digest under another id.

    The other id is an entry that names this clip; nothing is kept twice.
    """

    type: ClassVar[str] = "ingest.clip.resubmitted.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    """The original: that it was handed in again belongs to its history."""
    resubmitted_as: UUID
    uploaded_by: UUID
    """Who handed it in again."""
    is_compared: bool
    """Whether its bytes came once more and were the same; otherwise only their digest was told."""


class ClipDoubtEnded(Event):
    """A doubted clip became an entry of one that is kept: its own bytes are not wanted any more."""

    type: ClassVar[str] = "ingest.clip.doubt_ended.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    """The entry, of which the doubt was."""
    original_id: UUID


LockMode: TypeAlias = Literal["software", "governance", "compliance"]
"""Who can end a lock early: whoever may write to the store, its administrator, nobody."""


class ClipLocked(Event):
    """The store, asked, says that a clip's bytes are locked. Said when it is another lock.

    Their law may want them for longer: the store is told next.
    """

    type: ClassVar[str] = "ingest.clip.locked.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256
    """Of what is locked; of a quarantined clip the digest of what was received."""
    until: AwareDatetime
    mode: LockMode


class ClipHeld(Event):
    """A case that a clip serves is held, and the store, asked, holds its bytes (封存)."""

    type: ClassVar[str] = "ingest.clip.held.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256
    """Of what is held."""


class ClipReleased(Event):
    """No hold stands on a clip any more, and the store knows; its lock stays.

    Its bytes may be held on: another clip of the same bytes is.
    """

    type: ClassVar[str] = "ingest.clip.released.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256


class RequestRefused(Refused):
    """Ingest refused a signed-in person."""

    type: ClassVar[str] = "ingest.request.refused.v1"
