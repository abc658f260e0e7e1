"""The main job as one story of two agencies: its chapters, in order, and how each ended."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from liuhen.demo import gaoxin, handing_out, zezhou
from liuhen.demo.stage import Stage


@dataclass(frozen=True)
class Chapter:
    """A step of the story: it returns what happened, or raises `StoryError`."""

    name: str
    title: str
    play: Callable[[Stage], str]


CHAPTERS: Final = (
    Chapter("people", "机构、人员与登录", zezhou.people_and_agencies),
    Chapter("case", "泽州：事项清单生效，立案，现场检查", zezhou.law_and_case),
    Chapter("upload", "泽州：执法记录仪文件断点续传", zezhou.broken_upload),
    Chapter("gap", "泽州：核查结论与缺口", zezhou.gap_to_the_second),
    Chapter("satisfied", "泽州：补齐、标记与事后补录", zezhou.the_duty_is_met),
    Chapter("stranger", "泽州：外单位查询被拒", zezhou.refused_to_strangers),
    Chapter("retention", "高新区：保管期限与销毁", gaoxin.kept_for_a_reason),
    Chapter("access", "高新区：查阅与复制", gaoxin.shown_by_the_rules),
    Chapter("export", "高新区：证据导出与离线校验", handing_out.checked_offline),
    Chapter("log", "审计日志与省级数据", handing_out.everything_is_logged),
)


@dataclass(frozen=True)
class Outcome:
    """How a chapter ended."""

    name: str
    result: Literal["ok", "failed"]
    ms: int
    detail: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def play(chapter: Chapter, stage: Stage) -> Outcome:
    """Play one chapter; whatever goes wrong in it becomes its outcome."""
    began = time.monotonic()
    try:
        detail, result = chapter.play(stage), "ok"
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is how the chapter ended
        detail, result = f"{type(error).__name__}: {error}", "failed"
    ms = round((time.monotonic() - began) * 1000)
    return Outcome(chapter.name, "ok" if result == "ok" else "failed", ms, detail)
