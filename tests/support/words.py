"""What a phone says of a film before its first byte."""

from collections.abc import Mapping
from uuid import UUID

from common.auth import Requester


def words(who: Requester) -> dict[str, str]:
    """Everything but the clip's id, its digest and its file's name, which the phone adds."""
    return {
        "recorded_start": "2026-01-05T09:00:00+08:00",
        "recorded_end": "2026-01-05T09:02:00+08:00",
        "carrier": "phone",
        "filmed_by": str(who.subject),
        "device_no": "执法仪-0017",
        "filetype": "video/mp4",
    }


def metadata(who: Requester, clip_id: UUID, sha256: str, **other: str) -> Mapping[str, str]:
    own = {"clip_id": str(clip_id), "sha256": sha256, "filename": "现场.mp4"}
    return words(who) | own | other
