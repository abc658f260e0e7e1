"""What the packs say of storing and handing over is what the jurisdictions printed."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from common.packs import Pack, PackError, shipped_names
from ingest.domain.law import Article, IngestRules

FILE = "ingest.yaml"
ARTICLES = Path(__file__).parents[2] / "data" / "ingest_articles.txt"
"""S1 附件2 第八条, 附件3 第五、六条; S3 第六、七条; S4 第二十三、二十七条, copied line by line."""
PACKS = {"s1-gaoxin-yingji": "S1", "s3-guotan": "S3", "s4-xinle-fagai": "S4"}
ARTICLE = re.compile("第[一二三四五六七八九十]+条")


def rules_of(name: str) -> IngestRules:
    return Pack.shipped(name).read(FILE, IngestRules)


def articles() -> dict[str, str]:
    """Each article as printed but for white space, by its jurisdiction, annex and number."""
    found: dict[str, str] = {}
    place = article = ""
    for line in ARTICLES.read_text(encoding="utf-8").split("\n"):
        squeezed = "".join(line.split())
        if re.fullmatch("S[0-9](附件[0-9])?", squeezed):
            place = squeezed
            continue
        if number := ARTICLE.match(squeezed):
            article = place + number[0]
        found[article] = found.get(article, "") + squeezed
    return found


def quoted(rules: IngestRules) -> tuple[Article, ...]:
    return (*rules.index, *rules.duties, *([rules.returns] if rules.returns else []))


@pytest.mark.parametrize("name", PACKS)
def test_every_quoted_text_is_the_article_as_printed(name: str) -> None:
    printed = articles()
    for article in quoted(rules_of(name)):
        annex, number = re.search("附件[0-9]", article.citation), ARTICLE.search(article.citation)
        assert number
        text = printed[PACKS[name] + (annex[0] if annex else "") + number[0]]
        assert "".join(article.text.split()) in text, article.id


@pytest.mark.parametrize("name", PACKS)
def test_every_field_and_reason_is_a_word_of_its_article(name: str) -> None:
    rules = rules_of(name)
    for filing in rules.index:
        assert all(words in filing.text for words in filing.fields.values()), filing.id
    if rules.returns:
        assert all(words in rules.returns.text for words in rules.returns.reasons.values())


@pytest.mark.parametrize("name", PACKS)
def test_what_no_article_says_is_marked_as_our_reading(name: str) -> None:
    rules = rules_of(name)
    ours = [rules.warn, rules.clock, *([rules.first_lock] if rules.first_lock else [])]
    assert all(said.note.startswith("本系统的理解") for said in ours)


def test_only_the_three_that_print_a_time_rule_it() -> None:
    assert {name for name in shipped_names() if FILE in Pack.shipped(name).files} == set(PACKS)
    with pytest.raises(PackError):
        rules_of("s2-zezhou-yingji")


def test_each_seed_asks_for_something_else() -> None:
    asked = {
        duty.id: (duty.act, duty.since, bool(rules.fields_of(duty)))
        for rules in map(rules_of, PACKS)
        for duty in rules.duties
    }
    assert asked == {
        "s1.a2-8": ("stored", "recorded_end", True),
        "s1.a3-6.day": ("exported", "recorded_end", False),
        "s1.a3-6.export": ("exported", "returned_at", False),
        "s1.a3-6.hand_over": ("handed_over", "returned_at", False),
        "s3.7": ("handed_over", "recorded_end", False),
        "s4.23-1": ("stored", "recorded_end", False),
        "s4.23-2": ("stored", "returned_at", False),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within: PT24H", "within: 24"),  # hours or seconds? It must be said
        ("within: PT24H", "within: PT0S"),
        ("within: day_end", "within: dayend"),
        ("act: stored", "act: saved"),
        ("index: s1.a2-8.fields", "index: s1.a2-9.fields"),  # an index that is not there
        ("when: not_returned", "when: returned"),  # from the end of the recording, then
        ("id: s1.a3-6.day", "id: s1.a2-8"),
        ("case_name: 案件名称", "case_nane: 案件名称"),
        ("if_returned_asks:", "if_returned:"),
        ("  reading: 返回时间", "  note: 返回时间"),
    ],
)
def test_a_slip_in_the_file_is_an_error(old: str, new: str) -> None:
    shipped = Pack.shipped("s1-gaoxin-yingji").files[FILE]
    assert old in shipped
    with pytest.raises(ValidationError):
        Pack("changed", {FILE: shipped.replace(old, new, 1)}).read(FILE, IngestRules)


def test_a_duty_for_returns_needs_a_law_that_knows_them() -> None:
    shipped = Pack.shipped("s4-xinle-fagai").files[FILE]
    before, _, after = shipped.partition("returns:")
    silent = f"{before}returns: null\n\nduties:{after.partition('duties:')[2]}"
    with pytest.raises(ValidationError, match="there are none"):
        Pack("changed", {FILE: silent}).read(FILE, IngestRules)
