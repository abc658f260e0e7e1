"""Putting a pack into force: one person proposes, another confirms."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Activation:
    """From `valid_from` on, the agency's acts are judged by this version of the pack."""

    activation_id: UUID
    agency_id: UUID
    pack: str
    sha256: str
    valid_from: date
    proposed_by: UUID
    confirmed_by: UUID | None = None

    def is_same_proposal(self, other: "Activation") -> bool:
        """Whether both ask for the same, whatever became of them and of the pack's bytes since."""
        return _asked(self) == _asked(other)


def _asked(activation: Activation) -> tuple[UUID, str, date, UUID]:
    return activation.agency_id, activation.pack, activation.valid_from, activation.proposed_by
