"""What every operation of retention is given, and how it reads the law."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlmodel import Session

from common import service
from common.packs import Pack
from common.rulebook import Rulebook
from retention import store
from retention.domain.cases import Proposed
from retention.domain.rules import RetentionRules
from retention.settings import Settings

RULES_FILE: Final = "retention.yaml"


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """What retention's operations need; built once in app.py."""

    settings: Settings
    rulebook: Rulebook


def rules_of(pack: Pack | None) -> RetentionRules | None:
    """The rules of a pack; None where there is no pack or it says nothing about keeping."""
    if pack is None or RULES_FILE not in pack.files:
        return None
    return _read(pack.name, pack.files[RULES_FILE])


def rules_behind(session: Session, proposed: Proposed) -> RetentionRules | None:
    """The rules by which something was proposed, whatever rules today."""
    return rules_of(store.read_pack(session, proposed.pack, proposed.pack_sha256))


@lru_cache(maxsize=32)  # reading the YAML takes some 10 ms
def _read(name: str, text: str) -> RetentionRules:
    return Pack(name, {RULES_FILE: text}).read(RULES_FILE, RetentionRules)
