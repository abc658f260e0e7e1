"""What a pack prints is what the jurisdiction printed, cell by cell."""

from pathlib import Path

import pytest

from checklist.domain.pack import Checklist, PackHead
from common.packs import Pack, shipped_names

EXCERPT = Path(__file__).parents[1] / "data" / "s2_rows_7_to_16.txt"
"""Title, column names, row 1 and rows 7 to 16 of the text S2, copied from it line by line."""


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def seed() -> list[str]:
    return EXCERPT.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def s2() -> Checklist:
    return Pack.shipped("s2-zezhou-yingji").read("checklist.yaml", Checklist)


@pytest.mark.parametrize("name", shipped_names())
def test_every_pack_says_whose_law_it_is(name: str) -> None:
    pack = Pack.shipped(name)
    assert pack.read("pack.yaml", PackHead).id == name
    if "checklist.yaml" in pack.files:
        pack.read("checklist.yaml", Checklist)


def test_s2_is_transcribed_cell_by_cell(seed: list[str], s2: Checklist) -> None:
    assert list(s2.columns) == seed[1].split("\t")
    printed = [line.split("\t") for line in seed[3:]]
    assert [list(map(bare, row.printed.values())) for row in s2.rows] == [
        list(map(bare, cells)) for cells in printed
    ]


def test_every_cell_stands_in_the_text(seed: list[str], s2: Checklist) -> None:
    text = bare("".join(seed))
    for row in s2.rows:
        assert all(bare(cell) in text for cell in row.printed.values())
        assert row.number == row.printed["序号"]


def test_the_exemptions_are_the_whole_remark_of_row_1(seed: list[str], s2: Checklist) -> None:
    assert s2.exemptions is not None
    items = "".join(item.text for item in s2.exemptions.items)
    assert bare(s2.exemptions.heading + items) == bare(seed[2].split("\t")[-1])


def test_every_rule_of_s2_cites_its_row_and_its_text(seed: list[str], s2: Checklist) -> None:
    title = Pack.shipped("s2-zezhou-yingji").read("pack.yaml", PackHead).title
    assert bare(seed[0]) == title
    for row in s2.rows:
        assert row.citation == f"S2 第{row.number}行《{title}》（附件4）"


def test_officers_are_counted_where_the_text_counts_them(s2: Checklist) -> None:
    for row in s2.rows:
        says_two = "2名" in row.printed["记录过程"]
        assert (row.reading.officers_min == 2) == says_two, row.id


def test_inspection_rows_share_the_window_they_print(s2: Checklist) -> None:
    windows = {
        (row.printed["开始记录时间"], row.printed["结束记录时间"]): (
            row.reading.start.milestone,
            row.reading.end.milestone,
        )
        for row in s2.rows
    }
    assert windows == {
        ("进入企业前", "检查结束后"): ("before_entering", "left"),
        ("复查开始时", "复查结束后"): ("re_inspection_began", "re_inspection_ended"),
    }
