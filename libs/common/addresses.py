"""Tells callers apart by where they call from, for limits that hold per caller."""

from ipaddress import IPv6Address, IPv6Network, ip_address


def place_of(address: str | None) -> str:
    """What counts as one place: an IPv4 address, or an IPv6 /48.

    A /48 is the most that one site is usually given; a home often has a /56, a phone a /64. So
    neighbours may share a place, but hardly anybody has many. Source: RFC 6177, 2 and 3.
    """
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Network((int(ip), 48), strict=False))
