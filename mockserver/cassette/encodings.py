"""Texts within a text: what JSON strings, percent-encoding and base64 in it say, and where that stands.

A secret need not stand in the clear: a function's arguments are JSON in a string, a callback is a parameter of a URL, a
file is a `data:` URL. What is decoded here knows where each of its characters comes from, so what is found in it can be
replaced in the text as it was sent.
"""

import re
from base64 import b64decode, b64encode
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mockserver.cassette.patterns import compiled


class Encoding(NamedTuple):
    """One way to write a character as several."""

    mark: str
    """What every text in this encoding has."""
    pattern: str
    """One encoded character; only those of ASCII, as no secret has others."""
    decode: Callable[[re.Match[str]], str]
    stretch: str
    """What is read again: words that have encoded characters, or all of a text."""


_JSON_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _of_json(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _JSON_LETTERS.get(found[2], found[2])


_ALL = r"(?s:.+)"
_WORD = r"(?<![^\s\"'<>])[^\s\"'<>%]*+%[^\s\"'<>]*+"
BETWEEN = "\n\0\n"
"""What stands between stretches; no pattern goes on behind it."""

ENCODINGS: Sequence[Encoding] = (
    # RFC 8259; `\x2d` as JavaScript and Python write it
    Encoding("\\", r"""\\(?:(?:u00|x)([0-7][0-9a-fA-F])|(["'\\/bfnrt]))""", _of_json, _ALL),
    Encoding("%", r"%([2-7][0-9a-fA-F]|0[9aAdD])", lambda found: chr(int(found[1], 16)), _WORD),  # RFC 3986
)


class Decoded(NamedTuple):
    """A text decoded, and which of its pieces come from where."""

    text: str
    starts: Sequence[int]
    """Where each piece begins: an encoded character, or a stretch of others."""
    origins: Sequence[int]
    """Where that stands in the text as it was."""

    def origin(self, place: int) -> int:
        """Where the character at `place` stands in the text as it was."""
        piece = bisect_right(self.starts, place) - 1
        return self.origins[piece] + place - self.starts[piece]


def decoded(text: str) -> Iterator[Decoded]:
    """`text` as each encoding that it has reads it."""
    for encoding in ENCODINGS:
        if encoding.mark in text and compiled(encoding.pattern).search(text):
            yield _decoded(text, encoding)


def _decoded(text: str, encoding: Encoding) -> Decoded:
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length = 0
    for piece, origin in _pieces(text, encoding):
        pieces.append(piece)
        starts.append(length)
        origins.append(origin)
        length += len(piece)
    return Decoded("".join(pieces), starts, origins)


def _pieces(text: str, encoding: Encoding) -> Iterator[tuple[str, int]]:
    """What a text says, piece by piece, and where each comes from; the last one is empty, at the end."""
    end = 0
    for stretch in compiled(encoding.stretch).finditer(text):
        if end:
            yield BETWEEN, end
        end = stretch.start()
        for found in compiled(encoding.pattern).finditer(text, *stretch.span()):
            if found.start() > end:
                yield text[end : found.start()], end
            yield encoding.decode(found), found.start()
            end = found.end()
        yield text[end : stretch.end()], end
        end = stretch.end()
    yield "", end


class Payload(NamedTuple):
    """Base64 in a text, and the text that it holds."""

    start: int
    end: int
    content: str
    encode: Callable[[str], str]
    """Base64 of another text, in the same alphabet."""


SHORTEST = 24
"""Characters of base64 that are read where no `data:` announces it: shorter ones are words."""

_DATA_URL = r"(?i:data:([^,\s\"'<>]{0,200}?);base64,)([A-Za-z0-9+/_-]{8,}+={0,2})"
_BASE64 = r"[A-Za-z0-9+/]+={0,2}"
_NO_TEXT = r"(?i:image/(?!svg)|audio/|video/|font/)"
_URL_SAFE = str.maketrans("-_", "+/")
_URL_SAFE_BACK = str.maketrans("+/", "-_")
_BINARY = r"[\x00-\x08\x0e-\x1f]"
_FILES = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"ID3", b"OggS", b"fLaC", b"\x1f\x8b")
"""What files begin with in which texts are compressed, or are none."""


LONG_PAYLOAD = 1024
_PAYLOAD = r"(?:data:[^,\s\"'<>]{0,200};base64,[A-Za-z0-9+/_-]++|[A-Za-z0-9+/]++)={0,2}"


def is_payload(text: str) -> bool:
    """Whether all of `text` is a file in base64, in which nothing is to be read but what it holds."""
    return len(text) >= LONG_PAYLOAD and compiled(_PAYLOAD).fullmatch(text) is not None


def payloads(text: str) -> Iterator[Payload]:
    """The texts that stand in `data:` URLs in `text`, and the one that all of it is in base64."""
    if ";base64," in text:
        for found in compiled(_DATA_URL).finditer(text):
            if not compiled(_NO_TEXT).match(found[1]):
                yield from _payload(found[2], found.start(2), announced=True)
    elif len(text) >= SHORTEST and not len(text) % 4 and compiled(_BASE64).fullmatch(text):
        yield from _payload(text, 0, announced=False)


def _payload(encoded: str, start: int, *, announced: bool) -> Iterator[Payload]:
    """The text in base64, if there is one; a file that is announced may have any letters."""
    plain = encoded.translate(_URL_SAFE).rstrip("=")
    try:
        content = b64decode(plain + "=" * (-len(plain) % 4))
        codec = _codec(content, announced=announced)
    except ValueError:
        return
    if codec:

        def encode(text: str) -> str:
            again = b64encode(text.encode(codec)).decode("ascii")
            again = again if encoded.endswith("=") or not len(encoded) % 4 else again.rstrip("=")
            return again.translate(_URL_SAFE_BACK) if {*"-_"} & {*encoded} else again

        yield Payload(start, start + len(encoded), content.decode(codec), encode)


def _codec(content: bytes, *, announced: bool) -> str:
    """How a text is written in bytes; empty where they are no text."""
    if content.startswith(_FILES):
        return ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and _is_text(content, "utf-16"):
        return "utf-16"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1" if announced else ""
    return "utf-8" if announced or not compiled(_BINARY).search(text) else ""


def _is_text(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
