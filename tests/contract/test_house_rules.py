"""The house's own rules hold for the whole tree, and each of them has been seen to fail."""

import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from tools.lint import (
    __main__,
    callers,
    excuses,
    failures,
    logs,
    openings,
    places,
    prints,
    publishing,
    purity,
    rooms,
    size,
    sleeps,
    sql,
    times,
    transactions,
    words,
)

ROOT = Path(__file__).parents[2]
ROUTES = "services/access/routes.py"
OPERATIONS = "services/access/operations.py"
DOMAIN = "services/access/domain.py"
COMMON = "libs/common/service.py"
TEST = "tests/unit/access/test_domain.py"
OFFICER = "Officer = Annotated[Requester, may_call(Role.OFFICER)]\n"

SINS = [
    (transactions, OPERATIONS, "session.commit()"),
    (transactions, OPERATIONS, "session.connection().rollback()"),
    (transactions, "liuhen/gateway.py", "self._session.commit()"),
    (sql, OPERATIONS, "from sqlmodel import select"),
    (sql, OPERATIONS, "from sqlalchemy.sql.expression import delete"),
    (sql, OPERATIONS, "import sqlalchemy\nsqlalchemy.text('DROP TABLE clip')"),
    (sql, ROUTES, "session.get(ClipRow, clip_id)"),
    (sql, OPERATIONS, "ctx.session.execute(statement)"),
    (sql, "liuhen/replay.py", "connection.exec_driver_sql('DELETE FROM parked')"),
    (callers, ROUTES, "@router.get('/clips')\ndef clips(ctx: Ctx) -> None: ..."),
    (callers, ROUTES, "@router.post('/clips')\nasync def clips(who: Requester) -> None: ..."),
    (callers, ROUTES, "@router.put('/x')\ndef x(who: Annotated[Requester, may_call()]): ..."),
    (callers, ROUTES, "@router.head('/x')\ndef x(who: Annotated[str, may_call('a')]): ..."),
    (callers, ROUTES, "@public\n@router.get('/x')\ndef x() -> None: ..."),
    (callers, ROUTES, "router.add_api_route('/x', x)"),
    (callers, "liuhen/gateway.py", "@_health.get('/readyz')\nasync def readyz() -> None: ..."),
    (purity, DOMAIN, "import random"),
    (purity, DOMAIN, "from time import monotonic"),
    (purity, DOMAIN, "import os.path"),
    (purity, DOMAIN, "from uuid import uuid4"),
    (purity, DOMAIN, "import uuid\nuuid.uuid4()"),
    (purity, DOMAIN, "now = datetime.now(UTC)"),
    (purity, DOMAIN, "today = datetime.date.today()"),
    (purity, DOMAIN, "open('rules.yaml')"),
    (purity, "services/checklist/domain/windows.py", "import secrets"),
    (purity, "libs/contracts/access.py", "from pathlib import Path"),
    (times, OPERATIONS, "datetime.now()"),
    (times, DOMAIN, "datetime.datetime.utcnow()"),
    (times, TEST, "datetime.fromtimestamp(stamp)"),
    (times, TEST, "date.today()"),
    (times, "bench/events.py", "datetime.datetime.utcfromtimestamp(0)"),
    (words, COMMON, "def find(case_id: UUID) -> None: ..."),
    (words, COMMON, "class OpenCase: ..."),
    (words, COMMON, "case = 1"),
    (words, COMMON, "retention = 1"),
    (words, COMMON, "def f():\n    'Say nothing about any clip.'"),
    (words, COMMON, "LIMIT = 1\n'How long the parties wait.'"),
    (words, COMMON, "from contracts.identity import Officer"),
    (words, "libs/common/retention.py", ""),
    (failures, OPERATIONS, "raise HTTPException(404)"),
    (failures, ROUTES, "raise fastapi.HTTPException(status_code=404)"),
    (prints, OPERATIONS, "print('stored')"),
    (prints, COMMON, "sys.stdout.write('stored')"),
    (logs, OPERATIONS, "log.info(f'stored {clip_id}')"),
    (logs, OPERATIONS, "self._log.warning('stored %s' % clip_id)"),
    (logs, COMMON, "logger.error('stored {}'.format(clip_id))"),
    (publishing, OPERATIONS, "await ctx.bus.publish([record])"),
    (publishing, "libs/common/consumer.py", "self._bus.publish([record])"),
    (excuses, OPERATIONS, "x = 1  # noqa"),
    (excuses, TEST, "x = 1  # noqa: S101"),
    (excuses, TEST, "x = 1  # pyright: ignore - the stubs are wrong"),
    (excuses, COMMON, "x = 1  # type: ignore[assignment] - the stubs are wrong"),
    (sleeps, TEST, "time.sleep(1)"),
    (sleeps, TEST, "from anyio import sleep\nawait sleep(1)"),
    (size, DOMAIN, "x = 1\n" * 401),
    (size, "libs/verifier/program.py", "x = 1\n" * 401),
    (size, TEST, "def test_all():\n" + "    x = 1\n" * 50),
]

CLEAN = [
    (transactions, "libs/common/db.py", "session.commit()"),
    (transactions, OPERATIONS, "upload.commit()"),
    (sql, "services/access/store.py", "from sqlmodel import select\nsession.exec(select(ClipRow))"),
    (sql, "services/access/store/requests.py", "session.add(row)"),
    (sql, "services/access/migrations/versions/0002_more.py", "sa.text('x')"),
    (sql, OPERATIONS, "from sqlmodel import Session\nstore.insert(session, clip)\ncache.get(1)"),
    (callers, ROUTES, OFFICER + "@router.put('/x')\ndef x(ctx: Ctx, who: Officer) -> None: ..."),
    (callers, ROUTES, "@router.get('/x')\ndef x(*, w: Annotated[Requester, may_call(R)]): ..."),
    (callers, ROUTES, "@router.post('/tokens')\n@public\ndef sign_in(body: SignIn) -> None: ..."),
    (callers, ROUTES, "x = client.get('/x')\n@dataclass(frozen=True)\nclass X: ..."),
    (purity, DOMAIN, "from datetime import datetime, timedelta\nfrom uuid import UUID"),
    (purity, OPERATIONS, "import secrets"),
    (times, OPERATIONS, "datetime.now(UTC)\ndatetime.fromtimestamp(0, tz=UTC)\nclock.now()"),
    (words, COMMON, "from sqlalchemy import case\ncase((a, b), else_=c)"),
    (words, COMMON, "from minio.retention import Retention\nset_object_retention(Retention(a, b))"),
    (
        words,
        COMMON,
        "def f():\n    'In this case a third-party tool.'\n    match x:\n        case 1: ...",
    ),
    (words, "libs/contracts/access.py", "class ClipStored: ..."),
    (failures, "libs/common/errors.py", "app.exception_handler(HTTPException)(_http)"),
    (prints, "liuhen/cli.py", "print('listening')"),
    (prints, "libs/verifier/saying.py", "print('good')"),
    (logs, OPERATIONS, "log.info('clip stored', clip_id=f'{clip_id}')"),
    (publishing, "libs/common/relay.py", "await self._bus.publish([record])"),
    (excuses, TEST, "x = 1  # noqa: S101, S603 - our own\ny = '# noqa'"),
    (excuses, TEST, "x = 1  # pyright: ignore[reportAny] - the stubs are wrong"),
    (sleeps, "bench/events.py", "time.sleep(1)"),
    (openings, "libs/common/__init__.py", ""),
    (size, DOMAIN, "def decide():\n" + "    x = 1\n" * 49),
]


def offences(rule: ModuleType, room: Path, place: str, source: str) -> list[str]:
    """What `rule` says of a tree that holds nothing but this one file."""
    file = room / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")
    return rule.offences(room)


def test_the_house_keeps_its_own_rules() -> None:
    found = [said for rule in __main__.RULES for said in rule.offences(ROOT)]
    assert not found, "\n".join(found)


def test_no_rule_is_forgotten() -> None:
    written = {path.stem for path in (ROOT / "tools/lint").glob("*.py")} - {"__init__", "source"}
    assert {rule.__name__.split(".")[-1] for rule in __main__.RULES} == written - {"__main__"}


def test_every_rule_is_seen_to_fail_below() -> None:
    seen = {rule for rule, _, _ in SINS} | {openings, places, rooms}
    assert seen == set(__main__.RULES)


@pytest.mark.parametrize(("rule", "place", "sin"), SINS)
def test_each_rule_can_fail(tmp_path: Path, rule: ModuleType, place: str, sin: str) -> None:
    found = offences(rule, tmp_path, place, f'"""A module."""\n{sin}\n')
    assert found
    assert all(said.startswith(f"{place}:") for said in found), found


@pytest.mark.parametrize(("rule", "place", "source"), CLEAN)
def test_no_rule_refuses_what_is_right(
    tmp_path: Path, rule: ModuleType, place: str, source: str
) -> None:
    assert offences(rule, tmp_path, place, source and f'"""A module."""\n{source}\n') == []


def test_a_caller_may_be_named_in_another_module_of_the_service(tmp_path: Path) -> None:
    route = "from access.people import Officer\n@router.get('/x')\ndef x(who: Officer): ..."
    assert offences(callers, tmp_path, ROUTES, route) != []
    assert offences(callers, tmp_path, "services/access/people.py", OFFICER) == []


def test_a_service_without_one_of_the_rooms_is_refused(tmp_path: Path) -> None:
    service = tmp_path / "services" / "access"
    (service / "migrations" / "versions").mkdir(parents=True)
    for room in ("__init__", *rooms.ROOMS):
        (service / f"{room}.py").touch()
    (service / "migrations" / "versions" / "0001_start.py").touch()
    (service / "README.md").write_text("# access\n" * 12)
    assert rooms.offences(tmp_path) == []
    (service / "store.py").unlink()
    (service / "migrations" / "versions" / "0001_start.py").unlink()
    (service / "README.md").write_text("# access\n" * 13)
    assert rooms.offences(tmp_path) == [
        "services/access: has no store",
        "services/access: has no first migration",
        "services/access/README.md: more than 12 lines",
    ]


@pytest.mark.parametrize("silent", ["import os\n", '"""\n\nLate."""\n', "# only a comment\n"])
def test_a_module_without_an_opening_line_is_refused(tmp_path: Path, silent: str) -> None:
    assert offences(openings, tmp_path, DOMAIN, silent) != []


@pytest.mark.parametrize(
    "line", ["index = https://pyp" + "i.org/simple", "cd /wo" + "rk/main", "cache = /ro" + "ot/x"]
)
def test_a_place_only_one_machine_has_is_refused(tmp_path: Path, line: str) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S603, S607 - fixed words
    assert (
        offences(places, tmp_path, "docs/set-up.md", "A framework/of ours, see /workshop/.\n") == []
    )
    assert offences(places, tmp_path, "docs/set-up.md", f"{line}\n") == [
        "docs/set-up.md:1: names a registry's host or one machine's folder"
    ]


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "-index" not in lock
