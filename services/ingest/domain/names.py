"""How things are named that clients choose keys for. Pure."""

from uuid import UUID, uuid5


def own_id(agency_id: UUID, kind: str, key: UUID) -> UUID:
    """The id of the thing of this kind that a client of this agency calls `key`.

    As with clips, no choice of a client ever meets a thing of another agency. The kind keeps apart
    what a client calls by the same key. Source: RFC 9562, 5.5 (UUIDv5); ADR 0013, ADR 0016.
    """
    return uuid5(agency_id, f"{kind}:{key}")
