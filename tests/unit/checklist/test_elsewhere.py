"""What is said to lie outside the system is neither proof nor a gap: a person looks where it lies.

S4, art. 23 allows such storage; no list says how what lies there is judged.
"""

from dataclasses import replace

import pytest

from checklist.domain.facts import Clip, Recording
from contracts.checklist import Verdict
from contracts.ingest import Carrier
from tests.support.inspection import all_marks, at, clip, facts, id_of, row

WHOLE = clip("a", "09:29:30", "09:41:00")
EARLY = clip("a", "09:29:30", "09:34:00")
MARKED = all_marks("a", "8")


def outside(
    start: str, end: str, name: str = "disk", carrier: Carrier = Carrier.BODY_CAMERA
) -> Clip:
    return Clip(id_of(name), Recording(carrier, at(start), at(end), is_offsite=True), None)


def test_alone_it_neither_meets_a_row_nor_leaves_it_unmet() -> None:
    finding = row("8", facts(outside("09:29:30", "09:41:00")))
    assert (finding.verdict, finding.gaps) == (Verdict.NEEDS_JUDGEMENT, ())
    assert finding.covered_ms == 0
    assert [one.clip_id for one in finding.not_counted] == [id_of("disk")]
    assert any("09:30:00 至 09:40:00 仅有存于系统外的录像" in why for why in finding.reasons)
    assert not any("覆盖全部" in why for why in finding.reasons)
    assert any("请调取核对" in question for question in finding.questions)


def test_what_nothing_shows_anywhere_is_missing_all_the_same() -> None:
    finding = row("8", facts(EARLY, outside("09:34:00", "09:36:00"), marks=MARKED))
    assert finding.verdict is Verdict.NOT_SATISFIED
    assert [(gap.start, gap.seconds) for gap in finding.gaps] == [(at("09:36:00"), 240)]
    assert any("09:34:00 至 09:36:00 仅有存于系统外的录像" in why for why in finding.reasons)


def test_where_it_fills_what_is_missing_here_a_person_decides() -> None:
    finding = row("8", facts(EARLY, outside("09:33:00", "09:41:00"), marks=MARKED))
    assert (finding.verdict, finding.gaps) == (Verdict.NEEDS_JUDGEMENT, ())
    assert finding.covered_ms == 240_000


def test_beside_films_that_show_everything_it_casts_no_doubt_and_is_named() -> None:
    finding = row("8", facts(WHOLE, outside("09:33:00", "09:35:00"), marks=MARKED))
    assert finding.verdict is Verdict.SATISFIED
    assert ["存于系统外" in one.reason for one in finding.not_counted] == [True]


@pytest.mark.parametrize(
    "useless",
    [
        outside("09:41:00", "09:50:00"),
        outside("09:20:00", "09:29:00"),
        outside("09:29:30", "09:41:00", carrier=Carrier.VOICE_RECORDER),
    ],
    ids=["filmed afterwards", "filmed before", "of another kind"],
)
def test_what_would_not_count_here_counts_no_more_elsewhere(useless: Clip) -> None:
    finding = row("8", facts(useless))
    assert finding.verdict is Verdict.NOT_SATISFIED
    assert [gap.seconds for gap in finding.gaps] == [600]


def test_a_row_is_not_worse_off_for_a_short_interval_that_lies_elsewhere_too() -> None:
    parts = clip("a", "09:29:30", "09:34:00"), clip("b", "09:34:00.400", "09:41:00")
    with_it = row("8", facts(*parts, outside("09:33:00", "09:35:00"), marks=MARKED))
    assert with_it.verdict is row("8", facts(*parts, marks=MARKED)).verdict is Verdict.SATISFIED


def test_brought_in_it_counts_as_any_film() -> None:
    lying = outside("09:29:30", "09:41:00", name="a")
    assert lying.recording
    here = replace(lying, recording=replace(lying.recording, is_offsite=False), probe=WHOLE.probe)
    assert row("8", facts(here, marks=MARKED)).verdict is Verdict.SATISFIED
