"""JSON that is read a part at a time: the head of a text, and the elements of one of its arrays.

A recording of an afternoon has no more in memory than its largest exchange.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

CHUNK = 1 << 16
"""How many characters are read at once, at least."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],]', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_CLOSING = {"{": "}", "[": "]"}


class JsonStreamError(ValueError):
    """What is wrong in a text, and on which line."""

    def __init__(self, cause: str, line: int) -> None:
        super().__init__(cause)
        self.line = line


def closed_head(text: str) -> str:
    """The beginning of a JSON text, up to its last whole member, with what is open closed.

    What closes too much is left as it is, for the parser to complain about.
    """
    open_brackets: list[str] = []
    cut, closing = 0, ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in _CLOSING:
            open_brackets.append(_CLOSING[sign])
        elif sign in "}]" and open_brackets:
            open_brackets.pop()
        elif sign != ",":
            continue
        cut = token.start() if sign == "," else token.end()
        closing = "".join(reversed(open_brackets))
    return text[:cut] + closing


class JsonStream:
    """The arrays of one JSON text, read through a window that moves over it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._window = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def elements(self, keys: Sequence[str]) -> Iterator[Any]:
        """The elements of the array under these keys, in order; the text is then read to its end.

        Raises:
            LookupError: there is no array; its text names the key.
            JsonStreamError: the text is not valid JSON, or ends too early.
        """
        for key in keys:
            self._enter(key)
        if self._next() != "[":
            raise LookupError(keys[-1] if keys else "")
        yield from self._items()
        for _ in keys:
            self._leave()
        if self._next():
            raise self._error("text behind the end of the document")

    def _items(self) -> Iterator[Any]:
        self._step()
        if self._next() == "]":
            self._step()
            return
        while True:
            yield self._value()
            if self._separator("]"):
                return

    def _enter(self, wanted: str) -> None:
        """Go to the value of a key of the object that begins here."""
        if self._next() != "{":
            raise LookupError(wanted)
        self._step()
        while self._next() != "}":
            if self._key() == wanted:
                return
            self._value()
            if self._separator("}"):
                break
        raise LookupError(wanted)

    def _leave(self) -> None:
        """Read the other members of an object, to its end."""
        while not self._separator("}"):
            self._key()
            self._value()

    def _key(self) -> str:
        self._next()
        key = self._value()
        if not isinstance(key, str) or self._next() != ":":
            raise self._error("a key with a colon was expected")
        self._step()
        self._next()
        return key

    def _separator(self, closing: str) -> bool:
        """Go over what stands between two members; whether it closes what they are in."""
        sign = self._next()
        if sign not in {",", closing} or not sign:
            raise self._error(f"`,` or `{closing}` was expected" if sign else "the file ends too early")
        self._step()
        self._next()
        return sign == closing

    def _next(self) -> str:
        """The sign that comes next, behind blanks; empty at the end."""
        while True:
            blank = _SPACE.match(self._window, self._at)
            self._advance(blank.end() if blank else self._at)
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def _step(self) -> None:
        self._at += 1

    def _value(self) -> Any:
        """The value that begins here."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._window, self._at)
                if end < len(self._window) or self._ended or not self._more():
                    self._advance(end)
                    return value
            except json.JSONDecodeError as error:
                if not self._more():
                    raise self._failed(error) from error

    def _failed(self, error: json.JSONDecodeError) -> JsonStreamError:
        line = self._line + self._window.count("\n", self._at, error.pos)
        if not self._window[error.pos :].strip() or error.msg.startswith("Unterminated"):
            return JsonStreamError(f"the file ends too early: {error.msg}", line)
        return JsonStreamError(error.msg, line)

    def _error(self, cause: str) -> JsonStreamError:
        return JsonStreamError(cause, self._line)

    def _advance(self, to: int) -> None:
        self._line += self._window.count("\n", self._at, to)
        self._at = to

    def _more(self) -> bool:
        """Read on: as much again as is in the window, so that a long value is looked at a few times only."""
        if self._ended:
            return False
        kept = self._window[self._at :]
        chunk = self._stream.read(max(CHUNK, len(kept)))
        self._window, self._at = kept + chunk, 0
        self._ended = not chunk
        return True


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not valid JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
