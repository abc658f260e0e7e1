"""Ed25519 (RFC 8032, 5.1), verification only."""

from __future__ import annotations

import hashlib

from verifier.shapes import SIGNATURE_SIZE

# Ed25519 (RFC 8032, 5.1), verification only: points as (X, Y, Z, T) on the twisted Edwards curve.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def ed25519_made(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether `public_key` signed `message`."""
    key = decode_point(public_key)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != SIGNATURE_SIZE or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    found = add(times(scalar, base or NEUTRAL), times(challenge, minus_key))
    return encode_point(found) == signature[:32]


def add(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Sum of two points (RFC 8032, 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """`scalar` times a point. Takes as long as the scalar says: nothing here is secret."""
    found = NEUTRAL
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def encode_point(point: tuple[int, int, int, int]) -> bytes:
    """A point as 32 bytes."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(encoded: bytes) -> tuple[int, int, int, int] | None:
    """The point these 32 bytes stand for, if they stand for one (RFC 8032, 5.1.3)."""
    sign, y = encoded[31] >> 7, int.from_bytes(encoded, "little") & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P
