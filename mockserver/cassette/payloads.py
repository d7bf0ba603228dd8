"""Large pictures and sounds: kept beside the cassette as files of their own, named by what they hold."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from hashlib import sha256

SMALLEST = 8 * 1024
"""Length in base64 characters from which a payload leaves the cassette."""

ENDINGS: tuple[tuple[bytes, str], ...] = (  # what a file starts with (its magic number) and how its name ends
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"%PDF-", "pdf"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"PK\x03\x04", "zip"),
)
RIFF_ENDINGS: Mapping[bytes, str] = {b"WEBP": "webp", b"WAVE": "wav"}

ReadPayload = Callable[[str], bytes]

_DATA_URL = re.compile(r"data:[^,\s]*;base64,")
_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]+")


def payload_name(content: bytes) -> str:
    """The name of the file for `content`: its SHA-256 and an ending that opens the right program."""
    if content.startswith(b"RIFF"):
        ending = RIFF_ENDINGS.get(content[8:12], "bin")
    else:
        ending = next((ending for start, ending in ENDINGS if content.startswith(start)), "bin")
    return f"{sha256(content).hexdigest()}.{ending}"


def split_payload(text: str) -> tuple[str, bytes] | None:
    """What stands before the base64 of a large payload (empty, or the head of a data URL), and its bytes."""
    if len(text) < SMALLEST:
        return None
    head = found[0] if (found := _DATA_URL.match(text)) else ""
    encoded = text[len(head) :]
    try:
        content = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        return None
    return (head, content) if b64encode(content).decode("ascii") == encoded else None


def join_payload(reference: str, read: ReadPayload) -> str:
    """The text that `split_payload` took apart, from `data:image/png;base64,NAME` or `NAME`.

    Raises:
        ValueError: the reference names no payload, or the file does not hold what its name says.
        OSError: the file cannot be read.
    """
    head, comma, name = reference.rpartition(",")
    return head + comma + b64encode(checked_payload(name, read)).decode("ascii")


def checked_payload(name: str, read: ReadPayload) -> bytes:
    """The content of the payload file `name`; raises as `join_payload` does."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a valid name of a payload file: it should be a SHA-256 and an ending")
    content = read(name)
    if not name.startswith(sha256(content).hexdigest()):
        raise ValueError(f"the payload file {name} has been changed: its content does not have that SHA-256")
    return content
