"""When an export that could not be built is tried again, and when it is given up. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from contracts.access import ExportFailure

PAUSE_FIRST: Final = timedelta(seconds=10)
PAUSE_MAX: Final = timedelta(hours=1)
"""Pauses double up to this one, so that what came back is noticed within the hour."""

TRIES_MAX: Final[Mapping[ExportFailure, int]] = {
    # Nothing heals these.
    ExportFailure.CLIP_QUARANTINED: 1,
    ExportFailure.GRANT_OVER: 1,
    ExportFailure.TOO_LARGE: 1,
    ExportFailure.PROOFS_UNFIT: 1,
    # Four hours: somebody may put sound bytes in the place of damaged ones.
    ExportFailure.PROOFS_DAMAGED: 12,
    ExportFailure.ORIGINAL_DAMAGED: 12,
    # Two days: a bug, or a database that is away.
    ExportFailure.UNEXPECTED: 50,
    # Eight days, longer than a grant can be used: a disk that is full or not there comes back.
    ExportFailure.STORAGE_AWAY: 200,
}
"""How often an export is tried that fails for this. Each reason is counted by itself."""
DEATHS_MAX: Final = max(TRIES_MAX.values())
"""How many tries may end with the process, which nobody could give a reason for."""

WORDS: Final[Mapping[ExportFailure, str]] = {
    ExportFailure.CLIP_QUARANTINED: "该音像文件已被隔离，不能导出。",
    ExportFailure.GRANT_OVER: "准予复制的期限已过或已被撤回，请重新申请。",
    ExportFailure.TOO_LARGE: "该音像文件的日志记录过多，超出证据文件夹的上限，请联系系统管理员。",
    ExportFailure.PROOFS_UNFIT: "日志给出的证明不适用于该音像文件，请联系系统管理员。",
    ExportFailure.PROOFS_DAMAGED: "日志给出的证明已损坏，多次重试无效，请联系系统管理员。",
    ExportFailure.ORIGINAL_DAMAGED: "保管的原件与入库时的摘要不符，不能导出，请联系系统管理员。",
    ExportFailure.STORAGE_AWAY: "存储长时间无法读写，导出未能完成，请稍后重新导出。",
    ExportFailure.UNEXPECTED: "系统内部错误，多次重试无效，请联系系统管理员。",
}
"""What the person who asked is told."""


def next_try_at(tries: int, now: datetime) -> datetime:
    """When an export is due again that is being tried for the `tries`-th time now."""
    doublings = min(tries - 1, 20)  # far beyond the longest pause
    return now + min(PAUSE_MAX, PAUSE_FIRST * 2**doublings)


def is_given_up(failure: ExportFailure, tries: int) -> bool:
    """Whether an export that failed for this for the `tries`-th time is not tried again."""
    return tries >= TRIES_MAX[failure]
