"""Judges an activity by a list, row by row: no row of its category is passed over in silence."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from checklist.domain.coverage import Coverage, cover
from checklist.domain.facts import Facts, Mark
from checklist.domain.findings import Finding, Gap, PointState, Window
from checklist.domain.intervals import SECOND_MS, Interval, instant_of, ms_of, total_ms
from checklist.domain.pack import Anchor, Checklist, Condition, Media, Point, Reading, Relation, Row
from checklist.domain.texts import (
    clock_text,
    dated_text,
    gap_text,
    length_text,
    seconds_shown,
    tenths_text,
)
from contracts.checklist import Verdict

_READ = {Relation.BEFORE: "前，按该时刻计算", Relation.AT: "", Relation.AFTER: "后，按该时刻计算"}
"""What a boundary's relation becomes: no length is printed, so it is the moment itself."""


@dataclass(frozen=True)
class _Remark:
    """One thing found about a row. Without a verdict it speaks for nothing and is only told."""

    reason: str
    verdict: Verdict | None = None
    question: str | None = None
    outweighs: bool = False
    """Nothing else can be held against the row while this stands."""


def evaluate(checklist: Checklist, facts: Facts) -> tuple[Finding, ...]:
    """One finding for every row of the activity's category, in the list's order."""
    judge = _Judge(checklist, facts)
    category = facts.activity.category
    return tuple(judge.row(row) for row in checklist.rows if row.reading.category == category)


class _Judge:
    """The words of one list and the facts of one activity, at hand for every row."""

    def __init__(self, checklist: Checklist, facts: Facts) -> None:
        self._checklist = checklist
        self._facts = facts
        self._stages = {stage.id: stage.label for stage in checklist.stages}
        self._milestones = {milestone.id: milestone for milestone in checklist.milestones}
        self._conditions = {condition.id: condition for condition in checklist.conditions}
        self._media = {media.term: media for media in checklist.media}
        self._covered: dict[tuple[Interval | None, str], Coverage] = {}

    def row(self, row: Row) -> Finding:
        """Judge one row. What is wrong outweighs what is doubtful; doubt outweighs the rest."""
        reading = row.reading
        applies = list(self._applies(reading))
        if any(remark.verdict is Verdict.NOT_APPLICABLE for remark in applies):
            return self._finding(row, Verdict.NOT_APPLICABLE, applies)
        window, remarks = self._window(reading)
        coverage = self._cover(window, self._media[reading.media])
        points = self._points(reading, coverage)
        remarks += _covered(self._checklist, coverage)
        remarks += self._officers(reading)
        remarks += self._astray(reading, coverage)
        remarks += _marked(points)
        remarks += self._required(reading)
        doubtful = any(remark.verdict for remark in applies) or any(
            remark.outweighs for remark in remarks
        )
        verdict = Verdict.NEEDS_JUDGEMENT if doubtful else _verdict(remarks)
        return self._finding(row, verdict, [*applies, *remarks], coverage, points)

    def _finding(
        self,
        row: Row,
        verdict: Verdict,
        remarks: Sequence[_Remark],
        coverage: Coverage | None = None,
        points: tuple[PointState, ...] = (),
    ) -> Finding:
        window = coverage and coverage.window
        return Finding(
            item_id=row.id,
            row=row.number,
            section=row.section,
            stage=row.reading.stage,
            matter=row.printed[self._checklist.matter_column],
            verdict=verdict,
            reasons=tuple(remark.reason for remark in remarks),
            citation=row.citation,
            window=window and _shown(window),
            covered_ms=coverage.covered_ms if coverage else 0,
            gaps=tuple(_gap(gap) for gap in coverage.gaps) if coverage else (),
            points=points,
            not_counted=coverage.not_counted if coverage else (),
            questions=tuple(remark.question for remark in remarks if remark.question),
            notes=self._notes(row.reading),
        )

    def _notes(self, reading: Reading) -> tuple[str, ...]:
        """Where the text is silent: how this verdict read it."""
        law = self._checklist
        notes = (reading.note, self._media[reading.media].note)
        return (*filter(None, notes), law.precision_note, law.made_at_note)

    def _applies(self, reading: Reading) -> Iterator[_Remark]:
        stage = self._facts.activity.stage
        if stage not in self._stages:
            yield _Remark(
                f"执法环节“{stage}”不在本清单之内，不能确定本行是否适用",
                Verdict.NEEDS_JUDGEMENT,
                "本次执法属于清单中的哪个执法环节？",
            )
        elif stage != reading.stage:
            asked, is_ = self._stages[reading.stage], self._stages[stage]
            reason = f"按本系统的理解，本行适用于“{asked}”，本次为“{is_}”"
            yield _Remark(reason, Verdict.NOT_APPLICABLE)
        if reading.applies_if is not None:
            yield self._stated(self._conditions[reading.applies_if], Verdict.NOT_APPLICABLE)

    def _required(self, reading: Reading) -> Iterator[_Remark]:
        for word in reading.requires:
            yield self._stated(self._conditions[word], Verdict.NOT_SATISFIED)

    def _stated(self, condition: Condition, otherwise: Verdict) -> _Remark:
        """Three values: true is told, false means `otherwise`, unknown is asked."""
        match self._facts.conditions.get(condition.id):
            case True:
                return _Remark(f"已声明“{condition.label}”成立")
            case False:
                return _Remark(f"已声明“{condition.label}”不成立", otherwise)
            case None:
                reason = f"尚未声明“{condition.label}”是否成立"
                return _Remark(reason, Verdict.NEEDS_JUDGEMENT, condition.ask)

    def _window(self, reading: Reading) -> tuple[Interval | None, list[_Remark]]:
        """When recording had to run; None while that cannot be known."""
        remarks = [
            *self._unstated(reading),
            *self._restated(reading),
            *self._contradictions(reading),
        ]
        stated = self._facts.milestones
        start, end = reading.start.milestone, reading.end.milestone
        if start not in stated or end not in stated:
            return None, remarks
        window = Interval(ms_of(stated[start]), ms_of(stated[end]))
        if window.length_ms == 0:
            return None, remarks
        since = f"{dated_text(window.start_ms)}（{self._said(reading.start)}）"
        until = f"{clock_text(window.end_ms, window.start_ms)}（{self._said(reading.end)}）"
        return window, [_Remark(f"应录时段（北京时间）：自 {since}起，至 {until}止"), *remarks]

    def _unstated(self, reading: Reading) -> Iterator[_Remark]:
        ends = (reading.start.milestone, reading.end.milestone)
        for word in self._checklist.moments(reading):
            if word not in self._facts.milestones:
                milestone = self._milestones[word]
                lost = "不能确定应录时段" if word in ends else "不能核对各时刻的先后"
                reason = f"尚未声明“{milestone.label}”的时刻，{lost}"
                yield _Remark(reason, Verdict.NEEDS_JUDGEMENT, milestone.ask)

    def _restated(self, reading: Reading) -> Iterator[_Remark]:
        """A moment that was moved may have been moved to where a gap is not."""
        for word in self._checklist.moments(reading):
            if word in self._facts.earlier and word in self._facts.milestones:
                label, now = self._label(word), _dated(self._facts.milestones[word])
                before = "、".join(map(_dated, self._facts.earlier[word]))
                reason = f"“{label}”的时刻曾被更改：原为 {before}，现为 {now}"
                question = f"“{label}”的时刻为何更改，以哪一时刻为准？"
                yield _Remark(reason, Verdict.NEEDS_JUDGEMENT, question)

    def _contradictions(self, reading: Reading) -> Iterator[_Remark]:
        """Milestones that stand in an impossible order: somebody must say which is wrong."""
        stated = self._facts.milestones
        known = [word for word in self._checklist.moments(reading) if word in stated]
        for one, two in pairwise(known):
            if stated[one] >= stated[two]:
                reason = f"声明的“{self._label(one)}”不早于“{self._label(two)}”，时刻相互矛盾"
                question = f"请核对“{self._label(one)}”和“{self._label(two)}”的时刻。"
                yield _Remark(reason, Verdict.NEEDS_JUDGEMENT, question, outweighs=True)

    def _said(self, anchor: Anchor) -> str:
        return f"{self._label(anchor.milestone)}{_READ[anchor.relation]}"

    def _label(self, milestone: str) -> str:
        return self._milestones[milestone].label

    def _cover(self, window: Interval | None, media: Media) -> Coverage:
        """Rows of one list mostly share their window, so each is worked out once."""
        key = (window, media.term)
        if key not in self._covered:
            self._covered[key] = cover(self._checklist, media, window, self._facts.clips)
        return self._covered[key]

    def _points(self, reading: Reading, coverage: Coverage) -> tuple[PointState, ...]:
        """Each content point with its earliest mark in a clip that counts and in the window."""
        states: list[PointState] = []
        for point in reading.points:
            placed = [mark for mark in self._placed(point, coverage) if mark[0]]
            first = placed[0][2] if placed else None
            states.append(
                PointState(
                    point=point.code,
                    label=point.label,
                    marked=first is not None,
                    clip_id=first and first.clip_id,
                    offset_ms=None if first is None else first.offset_ms,
                )
            )
        return tuple(states)

    def _astray(self, reading: Reading, coverage: Coverage) -> Iterator[_Remark]:
        """Marks of what was filmed before or after recording was required."""
        for point in reading.points:
            placed = list(self._placed(point, coverage))
            if not any(is_inside for is_inside, _, _ in placed):
                for _, at_ms, _ in placed:
                    where = f"“{point.label}”的标记位于 {dated_text(at_ms)}"
                    yield _Remark(f"{where}，在应录时段之外，不计入")

    def _placed(self, point: Point, coverage: Coverage) -> list[tuple[bool, int, Mark]]:
        """Marks of a point in clips that count: whether in the window, and when, in order."""
        placed: list[tuple[bool, int, Mark]] = []
        for mark in self._facts.marks:
            shown = coverage.counted.get(mark.clip_id)
            if mark.point == point.code and shown and mark.offset_ms < shown.length_ms:
                at_ms = shown.start_ms + mark.offset_ms
                placed.append((_is_inside(coverage.window, at_ms), at_ms, mark))
        return sorted(placed, key=lambda place: (place[1], place[2].clip_id))

    def _officers(self, reading: Reading) -> Iterator[_Remark]:
        if reading.officers_min is None:
            return
        present, least = len(set(self._facts.activity.officer_ids)), reading.officers_min
        if present < least:
            reason = f"登记的执法人员为 {present} 名，少于 {least} 名"
            yield _Remark(reason, Verdict.NOT_SATISFIED)
        else:
            yield _Remark(f"登记的执法人员为 {present} 名，不少于 {least} 名")


def _verdict(remarks: Iterable[_Remark]) -> Verdict:
    found = {remark.verdict for remark in remarks}
    for grave in (Verdict.NOT_SATISFIED, Verdict.NEEDS_JUDGEMENT):
        if grave in found:
            return grave
    return Verdict.SATISFIED


def _covered(checklist: Checklist, coverage: Coverage) -> Iterator[_Remark]:
    window = coverage.window
    if window is None:
        return
    for gap in coverage.gaps:
        yield _Remark(gap_text(gap, window.start_ms), Verdict.NOT_SATISFIED)
    for part in coverage.elsewhere:
        yield _elsewhere(part, window)
    if coverage.slivers:
        yield _slivers(checklist, coverage)
    elif not (coverage.gaps or coverage.elsewhere):
        yield _Remark(f"录像覆盖全部应录时段，共 {length_text(seconds_shown(window))}")
    if coverage.late:
        reason = f"{coverage.late} 个片段录于应录时段之后，不计入。{checklist.late_note}"
        yield _Remark(reason)
    if coverage.unprobed:
        yield _Remark(
            f"{coverage.unprobed} 个片段尚未检验，暂按设备申报的时刻计算", Verdict.NEEDS_JUDGEMENT
        )
    for doubt in coverage.doubts:
        yield _Remark(doubt, Verdict.NEEDS_JUDGEMENT, f"{doubt}。能否采信？请由人判定。")
    if coverage.shortened:
        yield _Remark(f"{coverage.shortened} 个片段的实际时长短于设备申报，按实际时长计算")


def _elsewhere(part: Interval, window: Interval) -> _Remark:
    """Neither missing nor shown: a person has to look where it lies."""
    since, until = (
        clock_text(part.start_ms, window.start_ms),
        clock_text(part.end_ms, window.start_ms),
    )
    reason = f"{since} 至 {until} 仅有存于系统外的录像，由登记人申报，本系统未核验"
    question = f"存于系统外的录像是否录有 {since} 至 {until}，内容是否齐备？请调取核对，由人判定。"
    return _Remark(reason, Verdict.NEEDS_JUDGEMENT, question)


def _slivers(checklist: Checklist, coverage: Coverage) -> _Remark:
    """Each is too short to be told from nothing; together they may not be."""
    least = length_text(checklist.precision_s)
    missing_ms = total_ms(coverage.slivers)
    said = f"{len(coverage.slivers)} 处短于 {least}的间隔无录像，合计 {tenths_text(missing_ms)}"
    if missing_ms < checklist.precision_s * SECOND_MS:
        return _Remark(f"{said}，低于记录时刻的精度，不计为缺口")
    question = "这些间隔是否影响全程记录？请由人判定。"
    return _Remark(
        f"{said}，已达到记录时刻的精度，不能认定录像连续", Verdict.NEEDS_JUDGEMENT, question
    )


def _marked(points: Iterable[PointState]) -> Iterator[_Remark]:
    for point in points:
        if not point.marked:
            reason = f"未标记内容要点“{point.label}”"
            question = f"录像何处可见“{point.label}”？请标记，或者由人判定。"
            yield _Remark(reason, Verdict.NEEDS_JUDGEMENT, question)


def _is_inside(window: Interval | None, at_ms: int) -> bool:
    return window is None or window.start_ms <= at_ms < window.end_ms


def _dated(at: datetime) -> str:
    return dated_text(ms_of(at))


def _shown(window: Interval) -> Window:
    return Window(start=instant_of(window.start_ms), end=instant_of(window.end_ms))


def _gap(gap: Interval) -> Gap:
    start, end = instant_of(gap.start_ms), instant_of(gap.end_ms)
    return Gap(start=start, end=end, seconds=seconds_shown(gap))
