"""A row of S2 is satisfied only by what was filmed when it happened."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklist.domain.evaluate import evaluate
from checklist.domain.facts import Clip, Facts, Mark, Recording
from checklist.domain.findings import Finding
from contracts.checklist import Verdict
from contracts.ingest import Carrier
from tests.support.inspection import (
    OFFICERS,
    STATED,
    all_marks,
    at,
    clip,
    facts,
    id_of,
    mark,
    probe,
    row,
    s2,
)

A = clip("a", "09:29:30", "09:35:00")
B = clip("b", "09:34:50", "09:40:10")
C = clip("c", "09:41:00", "09:50:00")
MARKED = all_marks("a", "8")


def test_a_covered_and_marked_row_is_satisfied() -> None:
    finding = row("8", facts(A, B, marks=MARKED))
    assert finding.verdict is Verdict.SATISFIED
    assert finding.citation == "S2 第8行《泽州县应急管理局行政执法音像记录事项清单》（附件4）"
    assert finding.reasons == (
        (
            "应录时段（北京时间）：自 2026年1月5日 09:30:00（进入企业前）起，"
            "至 09:40:00（检查结束后，按该时刻计算）止"
        ),
        "录像覆盖全部应录时段，共 10 分",
        "登记的执法人员为 2 名，不少于 2 名",
    )
    assert finding.covered_ms == 600_000
    assert (finding.gaps, finding.questions, finding.not_counted) == ((), (), ())


def test_a_gap_is_told_to_the_second_in_local_time() -> None:
    finding = row("8", facts(clip("a", "09:29:00", "09:31:20"), clip("b", "09:33:05", "09:41:00")))
    assert finding.verdict is Verdict.NOT_SATISFIED
    assert "09:31:20 至 09:33:05 无录像，共 1 分 45 秒" in finding.reasons
    assert [gap.seconds for gap in finding.gaps] == [105]
    assert finding.gaps[0].start == at("09:31:20")


def test_a_clip_filmed_afterwards_never_fills_the_gap() -> None:
    without, with_ = row("8", facts(A)), row("8", facts(A, C))
    assert with_.verdict is Verdict.NOT_SATISFIED
    assert with_.gaps == without.gaps
    assert [out.clip_id for out in with_.not_counted] == [id_of("c")]
    assert "不得事后补录" in with_.not_counted[0].reason
    assert "片段始于 09:41:00，应录时段已于 09:40:00 结束" in with_.not_counted[0].reason
    assert any("不得事后补录" in reason for reason in with_.reasons)


def test_a_clip_begun_when_the_window_ends_is_filmed_afterwards() -> None:
    finding = row("8", facts(A, B, clip("c", "09:40:00", "09:50:00"), marks=MARKED))
    assert finding.verdict is Verdict.SATISFIED
    assert [out.clip_id for out in finding.not_counted] == [id_of("c")]


def test_a_mark_in_a_clip_that_does_not_count_marks_nothing() -> None:
    finding = row("8", facts(A, B, C, marks=all_marks("c", "8")))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert [point.marked for point in finding.points] == [False, False]


def test_unmarked_points_need_judgement_and_are_named() -> None:
    finding = row("8", facts(A, B, marks=(mark("a", "identity_stated"),)))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert "未标记内容要点“向企业当场出示合法有效的行政执法证件”" in finding.reasons
    assert [point.marked for point in finding.points] == [False, True]
    assert len(finding.questions) == 1


def test_a_mark_behind_what_the_clip_really_shows_marks_nothing() -> None:
    short = clip("a", "09:29:30", "09:35:00", shown_s=330)
    finding = row("8", facts(short, B, marks=(mark("a", "identity_stated", offset_s=330),)))
    assert [point.marked for point in finding.points] == [False, False]


def test_the_earliest_mark_is_the_one_shown() -> None:
    made = (mark("b", "identity_stated"), mark("a", "identity_stated", 40))
    finding = row("8", facts(A, B, marks=(*made, mark("a", "identity_stated", 30))))
    point = finding.points[1]
    assert (point.clip_id, point.offset_ms) == (id_of("a"), 30_000)


def test_one_officer_is_too_few_for_showing_certificates() -> None:
    alone = (OFFICERS[0], OFFICERS[0])
    finding = row("8", facts(A, B, marks=MARKED, officers=alone))
    assert finding.verdict is Verdict.NOT_SATISFIED
    assert "登记的执法人员为 1 名，少于 2 名" in finding.reasons
    known = facts(A, B, marks=all_marks("a", "7"), officers=alone)
    assert row("7", known).verdict is Verdict.SATISFIED


@pytest.mark.parametrize("missing", ["before_entering", "left"])
def test_a_milestone_nobody_stated_is_asked_for(missing: str) -> None:
    stated = {name: when for name, when in STATED.items() if name != missing}
    finding = row("8", facts(A, B, marks=MARKED, milestones=stated))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert (finding.window, finding.gaps, len(finding.questions)) == (None, (), 1)


@pytest.mark.parametrize(
    "wrong", [{"before_entering": at("09:33:00")}, {"left": at("09:30:00")}, {"left": at("09:31")}]
)
def test_milestones_in_an_impossible_order_are_asked_about(wrong: dict[str, datetime]) -> None:
    finding = row("8", facts(A, B, marks=MARKED, milestones=STATED | wrong))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert any("时刻相互矛盾" in reason for reason in finding.reasons)


def test_an_inspection_that_ends_when_it_begins_is_asked_about() -> None:
    stated = dict.fromkeys(STATED, at("09:30:00"))
    finding = row("8", facts(A, B, marks=MARKED, milestones=stated))
    assert (finding.verdict, finding.window) == (Verdict.NEEDS_JUDGEMENT, None)
    assert "声明的“进入企业前”不早于“进入企业”，时刻相互矛盾" in finding.reasons


def test_an_undecodable_clip_covers_nothing_and_the_finding_says_so() -> None:
    broken = clip("b", "09:34:50", "09:40:10", decodable=False)
    finding = row("8", facts(A, broken, marks=MARKED))
    assert finding.verdict is Verdict.NOT_SATISFIED
    assert finding.not_counted[0].reason == "片段无法解码，不能证明任何画面"


def test_a_clip_covers_no_more_than_it_really_shows() -> None:
    finding = row("8", facts(A, clip("b", "09:34:50", "09:40:10", shown_s=60)))
    assert "09:35:50 至 09:40:00 无录像，共 4 分 10 秒" in finding.reasons
    assert "1 个片段的实际时长短于设备申报，按实际时长计算" in finding.reasons


def test_a_clip_nobody_looked_into_satisfies_nothing() -> None:
    finding = row("8", facts(A, Clip(id_of("b"), B.recording, None), marks=MARKED))
    assert (finding.verdict, finding.gaps) == (Verdict.NEEDS_JUDGEMENT, ())
    assert "1 个片段尚未检验，暂按设备申报的时刻计算" in finding.reasons


def test_a_clip_without_stored_bytes_covers_nothing() -> None:
    finding = row("8", facts(A, Clip(id_of("b"), None, probe(timedelta(milliseconds=1)))))
    assert finding.not_counted[0].reason == "片段尚未入库或者已被隔离"
    assert finding.verdict is Verdict.NOT_SATISFIED


@pytest.mark.parametrize(
    ("carrier", "counts"),
    [
        (Carrier.BODY_CAMERA, True),
        (Carrier.CAMCORDER, True),
        (Carrier.PHONE, True),
        (Carrier.CAMERA, False),
        (Carrier.FIXED_CAMERA, False),
        (Carrier.VOICE_RECORDER, False),
    ],
)
def test_only_portable_devices_count(carrier: Carrier, *, counts: bool) -> None:
    whole = clip("a", "09:29:30", "09:41:00", carrier=carrier)
    finding = row("8", facts(whole, marks=MARKED))
    assert (finding.verdict is Verdict.SATISFIED) == counts
    assert ["不属于本行的“便携设备”" in out.reason for out in finding.not_counted] == (
        [] if counts else [True]
    )


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("09:35:00", "09:35:00", "片段时长为零"),
        ("09:00:00", "09:30:00", "片段止于 09:30:00，在应录时段开始之前"),
    ],
)
def test_a_clip_of_nothing_or_before_the_window_does_not_count(
    start: str, end: str, why: str
) -> None:
    finding = row("8", facts(A, B, clip("c", start, end), marks=MARKED))
    assert finding.verdict is Verdict.SATISFIED
    assert [out.reason for out in finding.not_counted] == [why]


def test_an_interruption_shorter_than_the_clocks_can_tell_is_told_and_is_no_gap() -> None:
    first = clip("a", "09:29:30", "09:35:00", shown_s=329.966)
    finding = row("8", facts(first, clip("b", "09:35:00", "09:40:00"), marks=MARKED))
    assert finding.verdict is Verdict.SATISFIED
    told = "1 处短于 1 秒的间隔无录像，合计 0.1 秒，低于记录时刻的精度，不计为缺口"
    assert told in finding.reasons
    assert not any("全部" in reason for reason in finding.reasons)
    exact = clip("b", "09:35:00.966", "09:40:00")
    assert row("8", facts(first, exact, marks=MARKED)).verdict is Verdict.NOT_SATISFIED


@pytest.mark.parametrize(
    ("holds", "verdict"),
    [
        (None, Verdict.NEEDS_JUDGEMENT),
        (False, Verdict.NOT_APPLICABLE),
        (True, Verdict.SATISFIED),
    ],
)
def test_row_15_depends_on_whether_measures_were_taken(
    *, holds: bool | None, verdict: Verdict
) -> None:
    stated = {} if holds is None else {"measures_taken": holds}
    finding = row("15", facts(A, B, marks=all_marks("a", "15"), conditions=stated))
    assert finding.verdict is verdict
    assert bool(finding.questions) == (holds is None)


def test_row_15_is_not_failed_while_nobody_said_that_it_binds() -> None:
    finding = row("15", facts())
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert finding.gaps


def test_row_16_binds_at_a_re_inspection_only() -> None:
    assert row("16", facts(A, B)).verdict is Verdict.NOT_APPLICABLE
    again = facts(A, B, stage="re_inspection")
    assert {finding.row for finding in evaluate(s2(), again) if not _is_off(finding)} == {"16"}


@pytest.mark.parametrize(
    ("in_time", "verdict"),
    [
        (None, Verdict.NEEDS_JUDGEMENT),
        (False, Verdict.NOT_SATISFIED),
        (True, Verdict.SATISFIED),
    ],
)
def test_row_16_asks_whether_the_ten_days_were_kept(
    *, in_time: bool | None, verdict: Verdict
) -> None:
    finding = row(
        "16",
        facts(
            A,
            B,
            stage="re_inspection",
            marks=all_marks("a", "16"),
            milestones={
                "re_inspection_began": at("09:30:00"),
                "re_inspection_ended": at("09:40:00"),
            },
            conditions={} if in_time is None else {"re_inspected_in_time": in_time},
        ),
    )
    assert finding.verdict is verdict


def test_a_stage_the_list_does_not_know_is_asked_about() -> None:
    findings = evaluate(s2(), facts(A, B, stage="elsewhere"))
    assert {finding.verdict for finding in findings} == {Verdict.NEEDS_JUDGEMENT}


def test_no_row_of_the_category_is_passed_over() -> None:
    for known in (facts(), facts(stage="re_inspection"), facts(A, B, C)):
        findings = evaluate(s2(), known)
        assert [finding.row for finding in findings] == [str(no) for no in range(7, 17)]
        assert all(finding.citation and finding.reasons for finding in findings)


def test_a_moment_on_another_day_is_told_with_its_date() -> None:
    stated = STATED | {"left": at("09:40:00") + timedelta(days=1)}
    finding = row("8", facts(A, milestones=stated))
    assert "09:35:00 至 2026年1月6日 09:40:00 无录像，共 24 小时 5 分" in finding.reasons


SECONDS = st.integers(-60, 700)


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    """Clips around the window, probed or not, some of them unfit."""
    start, length = draw(SECONDS), draw(st.integers(0, 500))
    recording = Recording(
        draw(st.sampled_from([Carrier.BODY_CAMERA, Carrier.PHONE, Carrier.CAMERA])),
        at("09:30:00") + timedelta(seconds=start),
        at("09:30:00") + timedelta(seconds=start + length),
    )
    shown = timedelta(seconds=draw(st.integers(0, 500)))
    read = probe(shown, decodable=draw(st.booleans()))
    return Clip(
        draw(st.uuids()),
        draw(st.sampled_from([recording, recording, None])),
        draw(st.sampled_from([read, None])),
    )


def shown_seconds(clip: Clip) -> set[int]:
    """Whole seconds of that morning the clip may prove, worked out the slow way."""
    if clip.recording is None or clip.recording.carrier is Carrier.CAMERA:
        return set()
    start = (clip.recording.recorded_start - at("09:30:00")) // timedelta(seconds=1)
    end = (clip.recording.recorded_end - at("09:30:00")) // timedelta(seconds=1)
    if clip.probe is None:
        return set(range(start, end))
    shown_s = clip.probe.duration_ms // 1000 if clip.probe.decodable else 0
    return {second for second in range(start, end) if second < start + shown_s}


def uncovered(known: Facts) -> set[int]:
    return set(range(600)).difference(*map(shown_seconds, known.clips))


MANY = st.lists(clips(), max_size=5, unique_by=lambda clip: clip.clip_id)


@given(MANY)
def test_gaps_are_the_seconds_no_fit_clip_shows(found: list[Clip]) -> None:
    known = facts(*found)
    finding = row("8", known)
    gaps = [
        ((gap.start - at("09:30:00")) // timedelta(seconds=1), gap.seconds) for gap in finding.gaps
    ]
    seconds = {second for start, length in gaps for second in range(start, start + length)}
    assert seconds == uncovered(known)
    assert finding.covered_ms == (600 - len(seconds)) * 1000
    assert (finding.verdict is Verdict.NOT_SATISFIED) == bool(seconds)


@given(MANY)
def test_nothing_with_a_gap_is_ever_satisfied(found: list[Clip]) -> None:
    points = [point.code for row in s2().rows for point in row.reading.points]
    marked = tuple(Mark(clip.clip_id, point, 0) for clip in found for point in points)
    for finding in evaluate(s2(), facts(*found, marks=marked, conditions={"measures_taken": True})):
        assert not (finding.verdict is Verdict.SATISFIED and finding.gaps)


@given(MANY, st.integers(0, 3600))
def test_a_clip_filmed_after_the_window_changes_no_gap(found: list[Clip], late_s: int) -> None:
    began = STATED["left"] + timedelta(seconds=late_s)
    recording = Recording(Carrier.BODY_CAMERA, began, began + timedelta(hours=1))
    late = Clip(id_of("late"), recording, None)
    assert row("8", facts(*found, late)).gaps == row("8", facts(*found)).gaps


def _is_off(finding: Finding) -> bool:
    return finding.verdict is Verdict.NOT_APPLICABLE
