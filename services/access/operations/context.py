"""What access's operations need, built once in app.py."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from access.adapters.folders import Folders
from access.domain.rules import AccessRules
from access.settings import Settings
from common import service
from common.loops import Wake
from common.objects import KeptObjects
from common.rulebook import Rulebook
from common.service import REFUSALS_PER_MINUTE_MAX
from common.throttle import Throttle

RULES_FILE: Final = "access.yaml"
LEGAL_TIME: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """The tools of one running access service."""

    settings: Settings
    rulebook: Rulebook
    originals: KeptObjects
    """What ingest keeps, to be read only."""
    bundles: KeptObjects
    """What audit proves for exports, to be read only."""
    folders: Folders
    verifier: bytes
    """The program that goes with every folder and checks it offline."""
    proofs_came: Wake
    """Set when there is a folder to build."""
    attempts: Throttle = field(default_factory=lambda: Throttle(REFUSALS_PER_MINUTE_MAX))
    """Of approvals that did not count, by request, step, person and hindrance."""
    tables: dict[str, AccessRules] = field(default_factory=dict[str, AccessRules])
    """Tables read so far, by their pack's digest: parsing one anew takes 10 ms."""


@dataclass(frozen=True)
class InForce:
    """The table that decides today, and the pack it came from; None where there is none."""

    rules: AccessRules | None
    pack_sha256: str | None


def in_force(ctx: Context, session: Session, agency_id: UUID) -> InForce:
    """What rules an agency's clips on this day; a pack need not have a table for access."""
    today = ctx.clock.now().astimezone(LEGAL_TIME).date()
    pack = ctx.rulebook.in_force(session, agency_id, today)
    if pack is None:
        return InForce(None, None)
    sha256 = pack.sha256
    if RULES_FILE in pack.files and sha256 not in ctx.tables:
        ctx.tables[sha256] = pack.read(RULES_FILE, AccessRules)
    return InForce(ctx.tables.get(sha256), sha256)
