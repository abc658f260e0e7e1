"""What cannot be told from the clips and the moments is put to a person, never passed as met."""

from datetime import date, datetime, timedelta

import pytest

from checklist.domain.evaluate import evaluate
from checklist.domain.facts import Clip, Recording
from contracts.checklist import Verdict
from contracts.ingest import Carrier
from tests.support.inspection import (
    STATED,
    all_marks,
    at,
    clip,
    facts,
    id_of,
    mark,
    probe,
    reading_points,
    row,
    s2,
)

WHOLE = clip("a", "09:29:30", "09:41:00")
MARKED = all_marks("a", "8")


def flashes(count: int, apart: timedelta, length: timedelta) -> list[Clip]:
    """Clips of `length` that begin `apart` from each other, from the window's begin on."""
    starts = [at("09:30:00") + apart * number for number in range(count)]
    return [
        Clip(
            id_of(f"f{number}"),
            Recording(Carrier.BODY_CAMERA, start, start + length),
            probe(length),
        )
        for number, start in enumerate(starts)
    ]


def test_many_intervals_too_short_for_a_gap_are_together_no_coverage() -> None:
    clips = flashes(600, timedelta(seconds=1), timedelta(milliseconds=1))
    finding = row("8", facts(*clips, marks=all_marks("f0", "8")))
    assert (finding.verdict, finding.gaps) == (Verdict.NEEDS_JUDGEMENT, ())
    assert any("600 处短于 1 秒的间隔无录像，合计 599.4 秒" in why for why in finding.reasons)
    assert not any("全部" in why for why in finding.reasons)


@pytest.mark.parametrize(
    ("pieces", "verdict"), [(10, Verdict.SATISFIED), (11, Verdict.NEEDS_JUDGEMENT)]
)
def test_short_intervals_are_borne_until_they_make_up_a_second(
    pieces: int, verdict: Verdict
) -> None:
    """Between eleven pieces lie ten intervals of 100 ms: a second."""
    length = timedelta(milliseconds=59_900)
    clips = flashes(pieces, timedelta(seconds=60), length)
    last = at("09:30:00") + timedelta(seconds=60) * (pieces - 1) + length
    finding = row(
        "8", facts(*clips, marks=all_marks("f0", "8"), milestones=STATED | {"left": last})
    )
    assert (finding.verdict, finding.gaps) == (verdict, ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"before_entering": STATED["entered"]},
        {"entered": at("09:45:00")},
        {"entered": STATED["left"]},
    ],
)
def test_moments_that_contradict_each_other_outweigh_a_gap(wrong: dict[str, datetime]) -> None:
    finding = row("8", facts(milestones=STATED | wrong))
    assert finding.gaps
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert any("时刻相互矛盾" in reason for reason in finding.reasons)


def test_the_moment_of_entering_must_be_stated() -> None:
    stated = {name: when for name, when in STATED.items() if name != "entered"}
    finding = row("8", facts(WHOLE, marks=MARKED, milestones=stated))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert "尚未声明“进入企业”的时刻，不能核对各时刻的先后" in finding.reasons
    assert finding.window is not None


def test_moments_of_the_inspection_do_not_disturb_a_re_inspection() -> None:
    again = {"re_inspection_began": at("09:30:00"), "re_inspection_ended": at("09:40:00")}
    known = facts(
        WHOLE,
        stage="re_inspection",
        marks=all_marks("a", "16"),
        milestones=again | {"entered": at("09:50:00"), "left": at("09:45:00")},
        conditions={"re_inspected_in_time": True},
    )
    assert row("16", known).verdict is Verdict.SATISFIED


def test_a_window_is_told_with_its_year() -> None:
    finding = row("8", facts(WHOLE, milestones=STATED | {"before_entering": at("09:30:00")}))
    assert finding.reasons[0].startswith("应录时段（北京时间）：自 2026年1月5日 09:30:00")


def test_sound_without_a_picture_is_no_film() -> None:
    finding = row("8", facts(clip("a", "09:29:30", "09:41:00", has_picture=False)))
    assert finding.verdict is Verdict.NOT_SATISFIED
    assert "片段没有画面" in finding.not_counted[0].reason


def test_sound_serves_where_the_law_takes_sound() -> None:
    media = s2().media[0]
    heard = media.model_copy(update={"any_of": (*media.any_of, Carrier.VOICE_RECORDER)})
    law = s2().model_copy(update={"media": (heard,)})
    known = facts(clip("a", "09:29:30", "09:41:00", has_picture=False), marks=MARKED)
    finding = next(found for found in evaluate(law, known) if found.row == "8")
    assert (finding.verdict, finding.not_counted) == (Verdict.SATISFIED, ())


def test_time_stamps_that_jump_are_put_to_a_person() -> None:
    finding = row("8", facts(clip("a", "09:29:30", "09:41:00", jumps=7), marks=MARKED))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    told = "始于 2026年1月5日 09:29:30 的片段的时间戳有 7 处跳变，不能认定画面连续"
    assert told in finding.reasons


@pytest.mark.parametrize(
    ("made_at", "verdict"),
    [
        ("09:31:30", Verdict.SATISFIED),
        ("09:31:30.001", Verdict.NEEDS_JUDGEMENT),
        ("09:38:59", Verdict.NEEDS_JUDGEMENT),
        ("09:42:59", Verdict.SATISFIED),
        ("17:00:00", Verdict.NEEDS_JUDGEMENT),
    ],
)
def test_a_film_made_at_another_time_than_stated_is_put_to_a_person(
    made_at: str, verdict: Verdict
) -> None:
    film = clip("a", "09:29:30", "09:41:00", made_at=at(made_at))
    finding = row("8", facts(film, marks=MARKED))
    assert finding.verdict is verdict
    doubted = any("内嵌的制作时刻" in reason for reason in finding.reasons)
    assert doubted == (verdict is Verdict.NEEDS_JUDGEMENT)


def test_the_same_bytes_under_two_ids_are_put_to_a_person() -> None:
    finding = row("8", facts(clip("a", "09:29:30", "09:41:00", copies=1), marks=MARKED))
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    assert any("另外 1 个片段的文件内容完全相同" in reason for reason in finding.reasons)


def test_a_moment_stated_anew_shows_what_it_was() -> None:
    moved = facts(WHOLE, marks=MARKED, earlier={"left": (at("09:50:00"),)})
    finding = row("8", moved)
    assert finding.verdict is Verdict.NEEDS_JUDGEMENT
    was, now = "2026年1月5日 09:50:00", "2026年1月5日 09:40:00"
    assert f"“检查结束”的时刻曾被更改：原为 {was}，现为 {now}" in finding.reasons
    assert row("16", moved).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("placed", "is_marked"),
    [
        ("09:29:59.999", False),
        ("09:30:00", True),
        ("09:39:59.999", True),
        ("09:40:00", False),
        ("10:40:00", False),
    ],
)
def test_a_mark_outside_the_window_marks_nothing(placed: str, *, is_marked: bool) -> None:
    offset_s = (at(placed) - at("08:00:00")).total_seconds()
    marks = tuple(mark("w", point, offset_s) for point in reading_points("8"))
    finding = row("8", facts(clip("w", "08:00:00", "11:00:00"), marks=marks))
    assert [point.marked for point in finding.points] == [is_marked] * 2
    assert (finding.verdict is Verdict.SATISFIED) == is_marked
    astray = [reason for reason in finding.reasons if "在应录时段之外，不计入" in reason]
    assert len(astray) == (0 if is_marked else 2)


def test_a_moment_no_list_rests_on_moves_no_act_to_another_day() -> None:
    words = s2().all_moments
    noisy = facts(milestones=STATED | {"noise": STATED["left"] - timedelta(days=3650)})
    assert noisy.act_on(words) == date(2026, 1, 5)
    assert words == {*STATED, "re_inspection_began", "re_inspection_ended"}
    earlier = facts(milestones=STATED | {"before_entering": STATED["left"] - timedelta(days=1)})
    assert earlier.act_on(words) == date(2026, 1, 4)


def test_every_finding_says_where_the_reading_is_ours() -> None:
    for stage in ("on_site_inspection", "re_inspection"):
        for finding in evaluate(s2(), facts(WHOLE, stage=stage)):
            ours, media, precision, _ = finding.notes
            assert ours.startswith("本系统的理解：")
            assert "“后”按该时刻本身计算" in ours
            assert "便携设备" in media
            assert "不足一秒" in precision
    again = row("8", facts(WHOLE, stage="re_inspection"))
    assert again.verdict is Verdict.NOT_APPLICABLE
    assert again.reasons[0].startswith("按本系统的理解，本行适用于“现场检查”")
    assert "不用于复查" in again.notes[0]
