"""Encrypted content: what stands for reasoning and for compacted turns, which only the server that made it can read.

    0x80 │ time, 8 bytes │ IV, 16 │ ciphertext, blocks of 16 │ HMAC, 32       in urlsafe base64, as a Fernet token
                           └─ the last 8 are a mark: this software made it
                                    └─ the first two blocks stand for the owner and for the item

Nothing is encrypted: an item's content follows from its id, from the time and from the secret of its owner. So it can
be verified without a store, and by another process. Source of the layout: recorded traffic, 81 of 81 contents.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import Enum
from hashlib import blake2b
from typing import Final

_VERSION: Final = b"\x80"
_MARK: Final = b"mockserver"
_BLOCK: Final = 16
_HEAD: Final = 9  # version and time
_HMAC: Final = 32
_NOISE: Final = (b"1", b"2", b"3")  # 64 bytes each: contents are as long as recorded ones, of 300 characters and more


class Verdict(Enum):
    """What is found out about a content."""

    OWN = "made here, for this owner and this item"
    FOREIGN = "of the right form, and made elsewhere"
    UNREADABLE = "of another form, or changed"
    OF_ANOTHER_OWNER = "made here for another owner"
    OF_ANOTHER_ITEM = "made here for another item"


def encrypted(item_id: str, *, secret: bytes, unix_seconds: int) -> str:
    """The encrypted content of an item."""
    head = _VERSION + unix_seconds.to_bytes(_HEAD - 1, "big")
    start = _digest(head + item_id.encode(), size=8)
    iv = start + _digest(start, size=8)
    blocks = _owner(iv, secret) + _item(iv, item_id)
    noise = b"".join(_digest(iv + number, size=64) for number in _NOISE)
    signed = head + iv + blocks + noise
    return urlsafe_b64encode(signed + _digest(signed, size=_HMAC)).decode("ascii")


def verdict(content: str, *, item_id: str | None, secret: bytes) -> Verdict:
    """What a content is to an owner; without an id it may be any item's."""
    token = _decoded(content)
    if token is None:
        return Verdict.UNREADABLE
    signed, hmac = token[:-_HMAC], token[-_HMAC:]
    iv, blocks = signed[_HEAD : _HEAD + _BLOCK], signed[_HEAD + _BLOCK :]
    if iv[8:] != _digest(iv[:8], size=8):
        return Verdict.FOREIGN
    if hmac != _digest(signed, size=_HMAC):
        return Verdict.UNREADABLE
    if blocks[:_BLOCK] != _owner(iv, secret):
        return Verdict.OF_ANOTHER_OWNER
    if item_id and blocks[_BLOCK : 2 * _BLOCK] != _item(iv, item_id):
        return Verdict.OF_ANOTHER_ITEM
    return Verdict.OWN


def _decoded(content: str) -> bytes | None:
    """The bytes of a content; None where it has not the form of a Fernet token."""
    try:
        token = urlsafe_b64decode(content)
    except ValueError:
        return None
    ciphertext = len(token) - _HEAD - _BLOCK - _HMAC
    fits = token[:1] == _VERSION and ciphertext >= _BLOCK and ciphertext % _BLOCK == 0
    return token if fits and urlsafe_b64encode(token) == content.encode() else None


def _digest(data: bytes, *, size: int) -> bytes:
    return blake2b(data, digest_size=size, person=_MARK).digest()


def _owner(iv: bytes, secret: bytes) -> bytes:
    return _digest(iv + b"owner" + secret, size=_BLOCK)


def _item(iv: bytes, item_id: str) -> bytes:
    return _digest(iv + b"item" + item_id.encode(), size=_BLOCK)
