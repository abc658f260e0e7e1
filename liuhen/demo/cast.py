"""The people and agencies of the story. All of them are made up, and their passwords are public."""

from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from contracts.identity import Level, Role

PASSWORD: Final = "demo-only-Liuhen-2026"  # noqa: S105 - made up, refused in production


@dataclass(frozen=True)
class Agency:
    """A place in the tree; its parent comes before it in `AGENCIES`."""

    key: str
    name: str
    level: Level
    division: str
    parent: str | None


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    key: str
    name: str
    agency: str
    roles: tuple[Role, ...]
    unit: str | None = None
    cert_no: str | None = None
    bound_to: tuple[str, ...] = ()


Unit: TypeAlias = tuple[str, str, str]

AGENCIES: Final = (
    Agency("province", "演示省", Level.PROVINCE, "990000", None),
    Agency("city", "演示市", Level.CITY, "990100", "province"),
    Agency("zezhou", "泽州县", Level.COUNTY, "140525", "city"),
    Agency("zezhou.yingji", "泽州县应急管理局", Level.AGENCY, "140525", "zezhou"),
    Agency("gaoxin", "平顶山高新区", Level.COUNTY, "410471", "city"),
    Agency("gaoxin.yingji", "平顶山高新区应急管理局", Level.AGENCY, "410471", "gaoxin"),
)
UNITS: Final[tuple[Unit, ...]] = (
    ("zezhou.team", "zezhou.yingji", "执法队"),
    ("gaoxin.team", "gaoxin.yingji", "执法大队"),
    ("gaoxin.office", "gaoxin.yingji", "办公室（政策法规处）"),
)
ADMINISTRATOR: Final = Person("admin", "系统管理员", "province", (Role.ADMINISTRATOR,))
PEOPLE: Final = (
    Person("supervisor", "省级监督员", "province", (Role.SUPERVISOR,)),
    Person("li", "李明", "zezhou.yingji", (Role.OFFICER,), "zezhou.team", "0405251"),
    Person("wang", "王芳", "zezhou.yingji", (Role.OFFICER,), "zezhou.team", "0405252"),
    Person("zezhou.legal", "赵法", "zezhou.yingji", (Role.LEGAL_REVIEWER,)),
    Person("zezhou.leader", "钱局", "zezhou.yingji", (Role.LEADER,)),
    Person("zhang", "张强", "gaoxin.yingji", (Role.OFFICER,), "gaoxin.team", "0410471"),
    Person("sun", "孙丽", "gaoxin.yingji", (Role.OFFICER,), "gaoxin.office", "0410472"),
    Person("chen", "陈主任", "gaoxin.yingji", (Role.UNIT_HEAD,), "gaoxin.team"),
    Person("zhou", "周法规", "gaoxin.yingji", (Role.LEGAL_REVIEWER,), "gaoxin.office"),
    Person("wu", "吴局长", "gaoxin.yingji", (Role.LEADER, Role.LEGAL_REVIEWER)),
    Person("zheng", "郑档案", "gaoxin.yingji", (Role.CUSTODIAN,), "gaoxin.office"),
    Person("lawyer", "冯律师", "gaoxin.yingji", (Role.LAWYER,), bound_to=("case.gaoxin",)),
)


def named(story_id: UUID, name: str) -> UUID:
    """The same id for the same thing of the same story: every call can be repeated."""
    return uuid5(story_id, name)
