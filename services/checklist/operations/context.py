"""What checklist's operations need."""

from dataclasses import dataclass, field
from functools import cached_property

from checklist.domain.pack import Checklist
from checklist.settings import Settings
from common import service
from common.loops import Wake
from common.packs import Pack, shipped_names
from common.rulebook import Rulebook

CHECKLIST = "checklist.yaml"


class Library:
    """Checklists by their pack's digest, parsed once: a digest never gets another content."""

    def __init__(self) -> None:
        self._read: dict[str, Checklist | None] = {}

    def checklist(self, pack: Pack, sha256: str) -> Checklist | None:
        """The list in a pack, or None where the jurisdiction's text has none we have read."""
        if sha256 not in self._read:
            has_one = CHECKLIST in pack.files
            self._read[sha256] = pack.read(CHECKLIST, Checklist) if has_one else None
        return self._read[sha256]

    @cached_property
    def moments(self) -> frozenset[str]:
        """Milestones that rows of the shipped lists rest on, whichever of them rules."""
        packs = map(Pack.shipped, shipped_names())
        lists = (self.checklist(pack, pack.sha256) for pack in packs)
        return frozenset(word for law in lists if law for word in law.all_moments)


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """Built once in app.py."""

    settings: Settings
    rulebook: Rulebook
    library: Library = field(default_factory=Library)
    stale: Wake = field(default_factory=Wake)
    """Set when activities wait to be judged anew."""
