"""Expected failures of audit, and the reasons for which it does not start."""

from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class EntryUnknownError(AppError):
    """No such entry, or another agency's: the two must look the same."""

    code: ClassVar[str] = "audit.entry-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该日志记录"


class NoCheckpointError(AppError):
    """Nothing has been signed yet; the first checkpoint follows within seconds of the start."""

    code: ClassVar[str] = "audit.no-checkpoint"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "日志尚未签发检查点"


class LogRefusedError(Exception):
    """The log cannot be carried on as it is. Never repaired by itself: a person must look."""


class LogDamagedError(LogRefusedError):
    """Its tables contradict each other, or a checkpoint that was signed."""


class LogRolledBackError(LogRefusedError):
    """A larger log was signed before: an old back-up would let one size have two roots."""


class LogKeyError(LogRefusedError):
    """The key is missing or not the one that signed this log."""


class ClockBehindError(LogRefusedError):
    """The clock is far behind the last checkpoint: it is wrong now, or it was wrong then.

    Or the machine was set back to an old state. Only a person can know which.
    """

    def __init__(self, now: datetime, signed_at: datetime) -> None:
        super().__init__(
            f"the clock reads {now.isoformat()}, and the last checkpoint was signed at "
            f"{signed_at.isoformat()}. If the clock is wrong, set it right. If it is right, was "
            "wrong then, and no back-up was restored, start with "
            f"LIUHEN_AUDIT_CLOCK_WAS_AHEAD_AT={signed_at.isoformat()}"
        )


class LogMovedError(Exception):
    """Somebody else appended in between; nothing of this batch was kept, and it comes again."""
