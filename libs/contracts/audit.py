"""What audit announces. It logs these too, except its checkpoints, or it would never rest."""

from typing import ClassVar
from uuid import UUID

from common.events import Count, Event, Refused, Sha256


class CheckpointPublished(Event):
    """The log's head was signed at a size."""

    type: ClassVar[str] = "audit.checkpoint.published.v1"
    key: ClassVar[str] = "agency_id"

    size: Count
    root: Sha256


class BundleBuilt(Event):
    """The entries of a clip, with their proofs, are ready for an export."""

    type: ClassVar[str] = "audit.bundle.built.v1"
    key: ClassVar[str] = "export_id"

    export_id: UUID
    clip_id: UUID
    bundle_sha256: Sha256
    """Its name in the object store."""
    tree_size: Count


class RequestRefused(Refused):
    """Audit refused a signed-in person."""

    type: ClassVar[str] = "audit.request.refused.v1"
