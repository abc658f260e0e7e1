"""The pack's own file is read strictly, and says what 附件2 第十二条 says."""

import pytest
from pydantic import ValidationError

from common.packs import Pack
from contracts.catalog import Trait
from retention.domain.rules import RetentionRules

FILE = "retention.yaml"
SHIPPED = Pack.shipped("s1-gaoxin-yingji").files[FILE]


def read(text: str) -> RetentionRules:
    return Pack("changed", {FILE: text}).read(FILE, RetentionRules)


def test_the_shipped_file_rules_every_trait_somebody_can_state() -> None:
    rules = read(SHIPPED)
    assert {trait for rule in rules.rules for trait in rule.traits} == set(Trait)
    assert [kept.years for kept in rules.classes] == [None, 30, 10, 5]


def test_the_start_of_periods_and_the_open_words_are_marked_as_readings() -> None:
    rules = read(SHIPPED)
    assert rules.anchor.start == "next_jan_1"
    assert "没有写明" in rules.anchor.reading
    assert "机关设定" in rules.anchor.cites
    assert "或者" in (rules.rules[1].reading or "")


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
