"""Which clips count for a window, and what of it they leave uncovered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from checklist.domain.facts import Clip
from checklist.domain.findings import NotCounted
from checklist.domain.intervals import SECOND_MS, Interval, difference, ms_of, total_ms, union
from checklist.domain.pack import Checklist, Media
from checklist.domain.texts import CARRIERS, clock_text, dated_text, length_text
from contracts.ingest import Carrier

ELSEWHERE: Final = "录像登记为存于系统外的存储设备，本系统未存其文件，不能据以认定"
"""Why what lies outside counts neither way, where nothing else speaks against it."""


@dataclass(frozen=True)
class Coverage:
    """The clips of an activity held against one row's devices and window."""

    window: Interval | None
    counted: dict[UUID, Interval]
    not_counted: tuple[NotCounted, ...]
    late: int
    """How many of those not counted begin after the window."""
    unprobed: int
    doubts: tuple[str, ...]
    """What about those counted only a person can settle."""
    shortened: int
    """How many of those counted show less than the device said."""
    gaps: tuple[Interval, ...]
    slivers: tuple[Interval, ...]
    """Missing parts too short for the devices' clocks to tell from nothing."""
    elsewhere: tuple[Interval, ...]
    """Missing parts that are said to be shown by what lies outside this system."""
    covered_ms: int


def cover(
    checklist: Checklist, media: Media, window: Interval | None, clips: tuple[Clip, ...]
) -> Coverage:
    """Hold `clips` against a window; without one only what can be said of each clip alone."""
    reasons = {clip.clip_id: _reason(checklist, media, window, clip) for clip in clips}
    counting = [clip for clip in clips if reasons[clip.clip_id] is None]
    counted = {clip.clip_id: clip.interval for clip in counting if clip.interval}
    missing = difference(window, union(counted.values())) if window else []
    precision_ms = checklist.precision_s * SECOND_MS
    said = [clip.interval for clip in clips if reasons[clip.clip_id] == ELSEWHERE]
    shown_elsewhere = union(filter(None, said))
    wide = [part for part in missing if part.length_ms >= precision_ms]
    lacking = [rest for part in wide for rest in difference(part, shown_elsewhere)]
    short = [part for part in (*missing, *lacking) if part.length_ms < precision_ms]
    return Coverage(
        window=window,
        counted=counted,
        not_counted=tuple(
            NotCounted(clip_id=clip_id, reason=reason)
            for clip_id, reason in reasons.items()
            if reason
        ),
        late=sum(_is_late(window, clip) for clip in clips),
        unprobed=sum(clip.probe is None for clip in counting),
        doubts=tuple(doubt for clip in counting for doubt in _doubts(checklist, clip)),
        shortened=sum(_is_shortened(clip, precision_ms) for clip in counting),
        gaps=tuple(part for part in lacking if part.length_ms >= precision_ms),
        slivers=tuple(sorted(short)),
        elsewhere=tuple(rest for part in wide for rest in difference(part, union(lacking))),
        covered_ms=window.length_ms - total_ms(missing) if window else 0,
    )


def _reason(checklist: Checklist, media: Media, window: Interval | None, clip: Clip) -> str | None:
    return next(_reasons(checklist, media, window, clip), None)


def _reasons(
    checklist: Checklist, media: Media, window: Interval | None, clip: Clip
) -> Iterator[str]:
    """Why `clip` proves nothing for the row, the gravest first."""
    shown = clip.interval
    if clip.recording is None or shown is None:
        yield "片段尚未入库或者已被隔离"
        return
    if clip.probe is not None and not clip.probe.decodable:
        yield "片段无法解码，不能证明任何画面"
    elif not _shows_enough(media, clip):
        yield f"片段没有画面，不能作为“{media.term}”的录像"
    if clip.recording.carrier not in media.any_of:
        yield f"记录载体“{CARRIERS[clip.recording.carrier]}”不属于本行的“{media.term}”"
    if window is not None and _is_late(window, clip):
        began, ended = clock_text(shown.start_ms, window.start_ms), _end_text(window)
        yield f"片段始于 {began}，应录时段已于 {ended} 结束，不计入。{checklist.late_note}"
    if shown.length_ms == 0:
        yield "片段时长为零"
    if window is not None and shown.end_ms <= window.start_ms:
        ended = clock_text(shown.end_ms, window.start_ms)
        yield f"片段止于 {ended}，在应录时段开始之前"
    if clip.recording.is_offsite:
        yield ELSEWHERE


def _shows_enough(media: Media, clip: Clip) -> bool:
    """Sound alone serves only where a device that records nothing else would do."""
    takes_sound = Carrier.VOICE_RECORDER in media.any_of
    return clip.probe is None or clip.probe.has_picture or takes_sound


def _doubts(checklist: Checklist, clip: Clip) -> Iterator[str]:
    """What may be wrong with a clip that counts, so that it proves nothing by itself."""
    if clip.recording is None:
        return
    named = f"始于 {dated_text(ms_of(clip.recording.recorded_start))} 的片段"
    if clip.copies:
        yield f"{named}与另外 {clip.copies} 个片段的文件内容完全相同"
    if clip.probe is None:
        return
    if clip.probe.jumps:
        yield f"{named}的时间戳有 {clip.probe.jumps} 处跳变，不能认定画面连续"
    made_at, least_s = clip.probe.made_at, checklist.made_at_tolerance_s
    ends = (clip.recording.recorded_start, clip.recording.recorded_end)
    if made_at and all(abs(made_at - end) > timedelta(seconds=least_s) for end in ends):
        made = dated_text(ms_of(made_at))
        apart = f"与设备申报的开始、结束时刻相差均超过 {length_text(least_s)}"
        yield f"{named}内嵌的制作时刻为 {made}，{apart}"


def _end_text(window: Interval) -> str:
    return clock_text(window.end_ms, window.start_ms)


def _is_late(window: Interval | None, clip: Clip) -> bool:
    shown = clip.interval
    return window is not None and shown is not None and shown.start_ms >= window.end_ms


def _is_shortened(clip: Clip, precision_ms: int) -> bool:
    declared = Clip(clip.clip_id, clip.recording, None).interval
    shown = clip.interval
    if declared is None or shown is None:
        return False
    return declared.length_ms - shown.length_ms >= precision_ms
