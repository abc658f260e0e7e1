"""A checklist pack that says something wrong is refused whole."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from checklist.domain.pack import Checklist, PackHead
from common.packs import Pack

Content = dict[str, Any]


@pytest.fixture
def content() -> Content:
    return yaml.safe_load(Pack.shipped("s2-zezhou-yingji").files["checklist.yaml"])


def first(content: Content) -> Content:
    return content["rows"][0]


def reading(content: Content) -> Content:
    return first(content)["reading"]


def swap_points(content: Content) -> None:
    content["rows"][1]["reading"]["points"].reverse()


WRONG: list[tuple[str, Callable[[Content], object]]] = [
    ("colour\n  Extra inputs", lambda c: c.update(colour="red")),
    ("reading.colour\n  Extra inputs", lambda c: reading(c).update(colour="red")),
    ("rows.0.citation\n  Field required", lambda c: first(c).pop("citation")),
    ("rows.0.citation\n  String should", lambda c: first(c).update(citation="")),
    ("points\n  Tuple should", lambda c: reading(c).update(points=[])),
    ("rows\n  Tuple should", lambda c: c.update(rows=[])),
    ("category\n  Input should", lambda c: reading(c).update(category="party")),
    ("relation\n  Input should", lambda c: reading(c)["start"].update(relation="near")),
    ("any_of.0\n  Input should", lambda c: c["media"][0].update(any_of=["drone"])),
    ("stage outside is not declared", lambda c: reading(c).update(stage="outside")),
    ("milestone noon is not declared", lambda c: reading(c)["end"].update(milestone="noon")),
    ("condition wet is not declared", lambda c: reading(c).update(applies_if="wet")),
    ("condition wet is not declared", lambda c: reading(c).update(requires=["wet"])),
    ("media 相机 is not declared", lambda c: reading(c).update(media="相机")),
    ("milestone never is not declared", lambda c: c["milestones"][0].update(precedes="never")),
    ("row s2.7 is declared twice", lambda c: c["rows"].append(first(c))),
    ("milestone left is declared twice", lambda c: c["milestones"].append(c["milestones"][2])),
    ("s2.7: cells are not the list's columns", lambda c: first(c)["printed"].update(颜色="红")),
    ("s2.7: no text under 记录事项", lambda c: first(c)["printed"].update(记录事项="")),
    ("s2.7: landmark_reached is no piece", lambda c: first(c)["printed"].update(记录过程="到达")),
    ("s2.8: certificate_shown is no piece", swap_points),
]


def test_the_pack_itself_is_well_formed(content: Content) -> None:
    assert len(Checklist.model_validate(content).rows) == 10


@pytest.mark.parametrize(("said", "spoil"), WRONG)
def test_a_wrong_pack_is_refused(
    content: Content, said: str, spoil: Callable[[Content], object]
) -> None:
    spoil(content)
    with pytest.raises(ValidationError) as refused:
        Checklist.model_validate(content)
    assert said in str(refused.value)


def test_a_head_without_a_day_says_why() -> None:
    head = yaml.safe_load(Pack.shipped("s2-zezhou-yingji").files["pack.yaml"])
    with pytest.raises(ValidationError, match="does not say why"):
        PackHead.model_validate(head | {"issued_note": None})
