"""`./dev new-migration SERVICE "WHAT CHANGES"`: write the next revision from the tables.

Brings an empty database to the newest revision, compares it with the service's tables and writes
what is missing. Read what it wrote: it cannot tell a renamed column from a new one.
"""

import re
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import MetaData
from sqlalchemy.types import TypeDecorator

from common import migrate
from common.db import Database

SERVICES: Final = Path(__file__).parents[1] / "services"
FORM: Final = '''\
"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{number:04}"
down_revision = "{before:04}"


def upgrade() -> None:
{changes}
'''


def write(service: str, message: str, metadata: MetaData, folder: Path) -> Path | None:
    """Write the revision after the last one of `folder`; None when the tables have not changed."""
    changes = _changes(service, metadata)
    if changes is None:
        return None
    before = max(int(path.name[:4]) for path in folder.glob("[0-9]*.py"))
    slug = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
    path = folder / f"{before + 1:04}_{slug}.py"
    words = message.rstrip(".")
    text = FORM.format(message=words, number=before + 1, before=before, changes=changes)
    path.write_text(text, encoding="utf-8")
    return path


def _changes(service: str, metadata: MetaData) -> str | None:
    with tempfile.TemporaryDirectory() as room, Database(f"sqlite:///{room}/old.db") as db:
        migrate.upgrade(db, service)
        with db.snapshot() as session:
            old = MigrationContext.configure(session.connection())
            upgrade = produce_migrations(old, metadata).upgrade_ops
        if upgrade is None or upgrade.is_empty():
            return None
        code = render_python_code(
            upgrade, render_as_batch=True, render_item=_render, migration_context=old
        )
    # Alembic indents all lines but the first, and adds comments of its own around them.
    return "\n".join(line for line in f"    {code}".splitlines() if "# ###" not in line)


def _render(kind: str, item: Any, _context: object) -> str | Literal[False]:  # noqa: ANN401 - alembic's own
    """A revision outlives our column types, so it says what they were made of."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def main(words: list[str]) -> int:
    names = sorted(path.parent.parent.name for path in SERVICES.glob("*/migrations/versions"))
    if len(words) != 2 or words[0] not in names:  # noqa: PLR2004 - the two words of the usage
        print('usage: ./dev new-migration SERVICE "WHAT CHANGES"', file=sys.stderr)
        print(f"services: {' '.join(names)}", file=sys.stderr)
        return 2
    service, message = words
    metadata: MetaData = import_module(f"{service}.tables").Base.metadata
    path = write(service, message, metadata, SERVICES / service / "migrations" / "versions")
    print(path or f"the tables of {service} are what its migrations make: nothing to write")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
