"""Identifiers: 26 characters that sort by time and never repeat, on any shard, without asking anybody.

The layout is that of the ULID specification (github.com/ulid/spec): 48 bits of milliseconds, 80 random
bits, in Crockford's base 32.
"""

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_NONCE_LENGTH = 8


def new_ulid(wall_ns: int) -> str:
    """A fresh identifier for a moment given in nanoseconds since 1970."""
    number = ((wall_ns // 1_000_000) << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def nonce_of(ulid: str) -> str:
    """The word that makes a request unique: random, and enough to find the request in somebody's log."""
    return ulid[-_NONCE_LENGTH:].lower()
