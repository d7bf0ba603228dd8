"""The flow files of mitmproxy: one tnetstring after another, each a dictionary.

mitmproxy itself, whose pinned dependencies do not go with everybody's, is not needed. A tnetstring is a length in
decimal, a colon, as many bytes, and a sign that says what they are. Strings are bytes, those with `;` are text; keys
are ASCII. Source: https://tnetstrings.info; `mitmproxy/io/tnetstring.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final

LONGEST_LENGTH: Final = 12
"""Digits of a length, at most."""
FLOW_SIGN: Final = rb"\A\d{1,12}:"
_CONTAINERS: Final = b"]}"


class FlowError(ValueError):
    """A file that is not what it should be, at a byte."""


def flows(stream: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    """Each flow of a file. Raises: FlowError."""
    at = 0
    while digits := _length(stream, at):
        size = int(digits) + 1
        raw = stream.read(size)
        if len(raw) < size:
            raise FlowError(f"the file ends too early, in the flow at byte {at}")
        value = _value(raw[:-1], raw[-1:], at)
        if not isinstance(value, dict):
            raise FlowError(f"a flow was expected at byte {at}")
        yield value
        at += len(digits) + 1 + size


def _length(stream: IO[bytes], at: int) -> bytes:
    """The digits before the next colon; empty at the end of the file."""
    digits = b""
    while (one := stream.read(1)) != b":":
        if not one and not digits:
            return b""
        if not one.isdigit() or len(digits) == LONGEST_LENGTH:
            raise FlowError(f"the length of a flow was expected at byte {at}")
        digits += one
    return digits


def _parts(raw: bytes, at: int) -> Iterator[Any]:
    """What stands in a list or a dictionary."""
    position = 0
    while position < len(raw):
        colon = raw.find(b":", position, position + LONGEST_LENGTH + 1)
        digits = raw[position:colon] if colon >= 0 else b""
        end = colon + 1 + int(digits) if digits.isdigit() else len(raw)
        if end >= len(raw):
            raise FlowError(f"a length was expected in the flow at byte {at}")
        yield _value(raw[colon + 1 : end], raw[end : end + 1], at)
        position = end + 1


def _value(raw: bytes, sign: bytes, at: int) -> Any:
    if sign == b"]":
        return list(_parts(raw, at))
    if sign == b"}":
        parts = [*_parts(raw, at)]
        keys = [key.decode("ascii", "surrogateescape") if isinstance(key, bytes) else key for key in parts[::2]]
        return dict(zip(keys, parts[1::2], strict=False))
    try:
        return _SCALARS[sign](raw)
    except (KeyError, ValueError) as error:
        raise FlowError(f"a value of an unknown kind in the flow at byte {at}") from error


_SCALARS: Final[Mapping[bytes, Callable[[bytes], Any]]] = {
    b",": lambda raw: raw,
    b";": lambda raw: raw.decode("utf-8", "surrogateescape"),
    b"#": int,
    b"^": float,
    b"!": lambda raw: raw == b"true",
    b"~": lambda _raw: None,
}
