"""The pack's own file is read strictly, and says what 附件2 第十二条 says."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from common.packs import Pack
from contracts.catalog import Trait
from retention.domain.rules import RetentionRules

FILE = "retention.yaml"
SHIPPED = Pack.shipped("s1-gaoxin-yingji").files[FILE]
ARTICLES = Path(__file__).parents[2] / "data" / "s1_retention_articles.txt"
"""附件2 第十二条, 附件3 第八、十条 of S1, copied line by line."""


def read(text: str) -> RetentionRules:
    return Pack("changed", {FILE: text}).read(FILE, RetentionRules)


def articles() -> dict[str, str]:
    """Each article as printed but for white space, and each of its numbered items by itself."""
    found: dict[str, str] = {}
    annex = article = ""
    for line in filter(None, ARTICLES.read_text(encoding="utf-8").split("\n")):
        squeezed = "".join(line.split())
        if re.fullmatch("附件[0-9]", squeezed):
            annex = squeezed
        elif number := re.match("第[一二三四五六七八九十]+条", squeezed):
            article = f"{annex} {number[0]}"
            found[article] = squeezed
        else:
            found[article + squeezed[:3]] = squeezed
            found[article] += squeezed
    return found


def test_every_quoted_text_is_the_article_as_printed() -> None:
    rules, printed = read(SHIPPED), articles()
    quotes = (
        *(rules.decided_by, *rules.rules, rules.otherwise, rules.in_cases, rules.outside_cases),
        *rules.questions,
    )
    for quoted in quotes:
        document, place = quoted.citation.split(" ", 1)
        assert document == "平开应急〔2019〕25号"
        assert "".join(quoted.text.split()) in printed[place], quoted.citation
    for rule in rules.rules:
        assert all(words in rule.text for words in rule.traits.values())
    for rule in (*rules.rules, rules.otherwise):
        years = re.search("保管期限为 ([0-9]+) 年", rule.text)
        kept = rules.class_of(rule.class_id)
        assert kept
        assert kept.years == (int(years[1]) if years else None)
    assert f"不少于 {rules.outside_cases.years} 年" in rules.outside_cases.text


def test_the_shipped_file_rules_every_trait_somebody_can_state() -> None:
    rules = read(SHIPPED)
    assert {trait for rule in rules.rules for trait in rule.traits} == set(Trait)
    assert [kept.years for kept in rules.classes] == [None, 30, 10, 5]


def test_the_start_of_periods_and_the_open_words_are_marked_as_readings() -> None:
    rules = read(SHIPPED)
    assert rules.anchor.start == "next_jan_1"
    assert "没有写明" in rules.anchor.reading
    assert "本系统的理解，机关启用本包时一并确认" in rules.anchor.citation
    assert "或者" in (rules.rules[1].reading or "")
    assert "机关设定" not in SHIPPED  # nobody at the agency set anything
    assert "惯例" not in SHIPPED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("class_id: permanent", "class_id: forever"),  # a class nobody defined
        ("class_id: 10y", "class_id: 30y"),  # a class nobody can get
        ("years: 10}", "years: 5}"),  # two classes of one length
        ("{id: 5y,", "{id: 10y,"),  # two classes of one name
        ("years: 5}", "years: 0}"),
        ("id: s1.a2-12.2", "id: s1.a2-12.1"),
        ("hearing:", "hering:"),
        ("reading: 制度没有写明", "note: 制度没有写明"),
        ("start: next_jan_1", "start: next_year"),
        ("categories: [penalty]", "categories: [penalties]"),
        ("years: null", ""),  # for ever must be said, never follow from silence
    ],
)
def test_a_slip_in_the_file_is_an_error(old: str, new: str) -> None:
    assert old in SHIPPED
    read(SHIPPED)
    with pytest.raises(ValidationError):
        read(SHIPPED.replace(old, new, 1))
