"""Ids and every other arbitrary choice, drawn from a seed and never from the system.

The layouts are the wire's own (new objects since 2025-09-12):

    resp_ PPPPPPPPPPPPPPPP FF TTTTTTTT RRRR 8xxx Vxxx XXXXXXXXXXXX      50 hex digits, no separators
          partition        │  time     rest of a UUIDv8
                           └─ 00 stored, 01 not stored

A response, its items and all later responses of its chain share the partition. Objects that start a partition
(`conv_`, `cntr_`, …) put it last: 32 hex digits of UUIDv8, then the 16 of the partition.

Source: recorded traffic, 2,086 ids.
"""

import random
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

from mockserver.encrypted import encrypted

_LETTERS = bytes((b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" * 5)[:256])
_VARIANTS = {digit: "89ab"[number % 4] for number, digit in enumerate("0123456789abcdef")}

STORED = "00"
UNSTORED = "01"


def fingerprint(data: bytes, *, seed: bytes = b"") -> bytes:
    """Sixteen bytes that stand for `data`; `seed` gives another, equally stable, answer."""
    return blake2b(data, digest_size=16, key=seed[:64]).digest()


class Draws:
    """An endless row of choices that follows from its seed alone.

    Two objects made from one seed give the same choices in the same order.
    """

    __slots__ = ("_pool", "_position", "_round", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._round = 0
        self._pool = ""
        self._position = 0

    def hex(self, digits: int) -> str:
        """Lowercase hex digits."""
        end = self._position + digits
        while end > len(self._pool):
            self._pool = self._pool[self._position :] + self._more()
            self._position, end = 0, digits
        taken = self._pool[self._position : end]
        self._position = end
        return taken

    def _more(self) -> str:
        self._round += 1
        return blake2b(self._seed + self._round.to_bytes(4, "big")).hexdigest()

    def _bytes(self, count: int) -> bytes:
        return bytes.fromhex(self.hex(2 * count))

    def letters(self, count: int) -> str:
        """Characters of [A-Za-z0-9], as in call ids and obfuscation."""
        return self._bytes(count).translate(_LETTERS).decode("ascii")

    def index(self, length: int) -> int:
        """A position in a sequence of `length`."""
        return int.from_bytes(self._bytes(4), "big") % length

    def uuid8(self, unix_seconds: int) -> str:
        """Thirty-two hex digits that start with the time, laid out as a UUIDv8."""
        digits = self.hex(23)
        return f"{_hex_time(unix_seconds)}{digits[:4]}8{digits[4:7]}{_VARIANTS[digits[7]]}{digits[8:]}"

    def fernet(self, *, unix_seconds: int, noise: int = 231) -> str:
        """Text that looks encrypted, and that nobody verifies: urlsafe base64 of a version byte, time and noise."""
        return urlsafe_b64encode(b"\x80" + unix_seconds.to_bytes(8, "big") + self._bytes(noise)).decode("ascii")

    def random(self) -> random.Random:
        """A generator of the standard library, seeded from this row; for libraries that ask for one."""
        return random.Random(self._bytes(16))  # noqa: S311 - repeatable, nothing secret


@lru_cache(maxsize=1)
def _hex_time(unix_seconds: int) -> str:
    return f"{unix_seconds:08x}"


class ObjectIds:
    """The ids of one response and everything it creates; also of one conversation and its items.

    `secret` is what ties encrypted content to its owner.
    """

    __slots__ = ("_head", "_secret", "draws", "partition", "time")

    def __init__(
        self, draws: Draws, unix_seconds: int, partition: str | None = None, flag: str = STORED, secret: bytes = b""
    ) -> None:
        self.draws = draws
        self.time = unix_seconds
        self._secret = secret
        self.partition = partition or "0" + draws.hex(15)
        self._head = self.partition + flag + _hex_time(unix_seconds)

    def new(self, prefix: str) -> str:
        """An id in the new layout: partition first, 50 hex digits."""
        digits = self.draws.hex(23)
        return f"{prefix}_{self._head}{digits[:4]}8{digits[4:7]}{_VARIANTS[digits[7]]}{digits[8:]}"

    def root_id(self, prefix: str) -> str:
        """An id of an object that starts a partition, or joins one from outside: partition last, 48 hex digits."""
        return f"{prefix}_{self.draws.uuid8(self.time)}{self.partition}"

    def call_id(self) -> str:
        """A `call_id`: 24 characters of [A-Za-z0-9]."""
        return f"call_{self.draws.letters(24)}"

    def encrypted(self, item_id: str) -> str:
        """The encrypted content of an item: it follows from the item's id, the time and the owner."""
        return encrypted(item_id, secret=self._secret, unix_seconds=self.time)


class Counts(Protocol):
    """How often something has come."""

    def add(self, key: bytes) -> int:
        """Count `key` once more; how often it has come by now."""
        ...


class SeedSource:
    """Gives every request of a workspace its own row of choices.

    A row depends on the workspace's seed, the request's fingerprint and how often that fingerprint has come, so
    requests that arrive in parallel get the same ids in whatever order they arrive.
    """

    def __init__(self, seed: bytes = b"", *, counts: "Counts") -> None:
        self._seed = seed
        self._counts = counts

    def key(self, data: bytes) -> bytes:
        """What stands for a request whose bytes are `data`, however often it comes."""
        return fingerprint(data, seed=self._seed)

    def draws(self, data: bytes) -> Draws:
        """The choices of the next request whose bytes are `data`."""
        return self.draws_for(fingerprint(data))

    def draws_for(self, key: bytes) -> Draws:
        """The choices of the next request whose bytes have the fingerprint `key`."""
        return Draws(self._seed + key + self._counts.add(key).to_bytes(4, "big"))


def partition_of(object_id: str) -> str | None:
    """The partition that an id of either layout belongs to, or None for an id of another form."""
    body = object_id.rpartition("_")[2]
    layouts = {50: body[:16], 48: body[-16:]}
    return layouts.get(len(body))


def unix_seconds_of(response_id: str) -> int:
    """The time inside an id of the new layout; 0 for an id of another form."""
    try:
        return int(response_id[-32:-24], 16)
    except ValueError:
        return 0
