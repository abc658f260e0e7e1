"""What cannot be told from the clips and the moments is put to a person, never passed as met."""

from datetime import datetime, timedelta

import pytest

from checklist.domain.facts import Clip, Probe, Recording
from contracts.checklist import Verdict
from contracts.ingest import Carrier
from tests.support.inspection import (
    STATED,
    all_marks,
    at,
    clip,
    facts,
    id_of,
    row,
)

WHOLE = clip("a", "09:29:30", "09:41:00")
MARKED = all_marks("a", "8")


def flashes(count: int, apart: timedelta, length: timedelta) -> list[Clip]:
    """Clips of `length` that begin `apart` from each other, from the window's begin on."""
    starts = [at("09:30:00") + apart * number for number in range(count)]
    probe = Probe(decodable=True, duration_ms=length // timedelta(milliseconds=1))
    return [
        Clip(id_of(f"f{number}"), Recording(Carrier.BODY_CAMERA, start, start + length), probe)
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
