"""How things are named that others choose keys or numbers for. Pure."""

from uuid import UUID, uuid5


def own_id(agency_id: UUID, kind: str, key: UUID) -> UUID:
    """The id of the thing of this kind that a client of this agency calls `key`.

    As with clips, no choice of a client ever meets a thing of another agency. The kind keeps apart
    what a client calls by the same key. Source: RFC 9562, 5.5 (UUIDv5); ADR 0013, ADR 0016.
    """
    return uuid5(agency_id, f"{kind}:{key}")


def device_id_of(agency_id: UUID, device_no: str) -> UUID:
    """The id of the device that an agency calls by this number, where no text may stand."""
    return uuid5(agency_id, device_no)
