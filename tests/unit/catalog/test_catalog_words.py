"""The words the catalogue reads from a pack are those checklist judges by."""

from catalog.domain import Kind, Wording, nearest
from checklist.domain.pack import Checklist
from common.packs import Pack, shipped_names
from contracts.catalog import Category

FILE = "checklist.yaml"


def test_the_words_of_every_shipped_list_are_those_checklist_reads() -> None:
    packs = [pack for pack in map(Pack.shipped, shipped_names()) if FILE in pack.files]
    assert packs
    for pack in packs:
        here, there = pack.read(FILE, Wording), pack.read(FILE, Checklist)
        points = [point.code for row in there.rows for point in row.reading.points]
        assert [term.word for term in here.terms(Kind.POINT)] == points
        for kind, named in (
            (Kind.STAGE, there.stages),
            (Kind.MILESTONE, there.milestones),
            (Kind.CONDITION, there.conditions),
        ):
            told = [(term.word, term.label) for term in here.terms(kind)]
            assert told == [(one.id, one.label) for one in named]
        for category in Category:
            assert here.rules(category) == any(r.reading.category == category for r in there.rows)


def test_the_likest_words_are_offered_first_and_never_many() -> None:
    wording = Pack.shipped("s2-zezhou-yingji").read(FILE, Wording)
    offered = [term.word for term in nearest("re_inspection_end", wording.terms(Kind.MILESTONE))]
    assert offered[:2] == ["re_inspection_ended", "re_inspection_began"]
    assert len(offered) == 3
