"""Reads back what `layout` writes, several times as fast as a YAML parser; any other layout is left to one.

What is read here has the very value that a YAML parser gives it. Most files that people have edited are read here too.
"""

import json
import re
from typing import Any

from mockserver.cassette.layout import INDENT, PLAIN, READABLE, YAML_WORDS

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ENTRY = re.compile(
    rf"(?:(?P<name>{PLAIN.pattern})|(?P<quoted>{_QUOTED})):"
    rf"(?: (?:(?P<plain>{PLAIN.pattern})|(?P<json>{_QUOTED}|-?(?:0|[1-9]\d*)(?:\.\d+)?)"
    r"|\|(?P<block>2?[+-]?)|>-(?P<numbers>)|(?P<flow>[{\[].*)))?",
    re.ASCII,
)
_NUMBERS = re.compile(r"[\d.e+-][\d.e+ -]*", re.ASCII)
_ASCII = bytes([*b"\t\n", *range(ord(" "), 0x7F)])
_START = "---\n"
_DEEPER = " " * INDENT


def read_back(raw: bytes) -> dict[str, Any] | None:
    """The mapping that a document is; None where it is not laid out as `layout` does it."""
    try:
        text = raw.decode()
        if raw.translate(None, _ASCII) and not READABLE.fullmatch(text):
            return None
        return _Lines(text.removeprefix(_START)).mapping()
    except ValueError:
        return None


class _Lines:
    """The lines of a document, and how far they have been read; a ValueError says that they are laid out otherwise."""

    def __init__(self, text: str) -> None:
        self._lines = text.removesuffix("\n").split("\n")
        self._at = 0

    def mapping(self, pad: str = "") -> dict[str, Any]:
        """The entries from here on that stand behind `pad`."""
        found: dict[str, Any] = {}
        while self._at < len(self._lines) and self._lines[self._at].startswith(pad):
            entry = _ENTRY.fullmatch(self._lines[self._at], len(pad))
            if entry is None:
                raise ValueError(self._lines[self._at])
            self._at += 1
            name = entry["name"]
            key = json.loads(entry["quoted"]) if name is None else _plain(name)
            found[key] = self._value(entry, pad + _DEEPER)
        if not found:
            raise ValueError(pad)
        return found

    def _value(self, entry: re.Match[str], pad: str) -> Any:
        """What stands behind a key: on its own line, and deeper below it."""
        match entry.lastgroup:
            case "plain":
                return _plain(entry["plain"])
            case "json":
                return json.loads(entry["json"])
            case "flow":
                return json.loads("\n".join([entry["flow"], *self._below(pad)]))
            case "block":
                return _block(entry["block"], "\n".join(self._below(pad)))
            case "numbers":
                return _numbers(self._below(pad))
        return self.mapping(pad)

    def _below(self, pad: str) -> list[str]:
        """The next lines that stand behind `pad` or are empty, without it."""
        lines = self._lines
        start = end = self._at
        while end < len(lines) and (lines[end].startswith(pad) or not lines[end]):
            end += 1
        self._at = end
        return [line[len(pad) :] for line in lines[start:end]]


def _plain(text: str) -> Any:
    """What a string without quotes means."""
    if text.lower() not in YAML_WORDS:
        return text
    if text in {"true", "false"}:
        return text == "true"
    raise ValueError(text)


def _block(head: str, text: str) -> str:
    """A literal block; its `head` says how deep it starts and what line ends follow it."""
    start = text.lstrip("\n")[:1]
    if not start or (start in " \t" and "2" not in head):
        raise ValueError(text)
    if head.endswith("+"):
        return f"{text}\n"
    return text.rstrip("\n") + ("" if head.endswith("-") else "\n")


def _numbers(lines: list[str]) -> str:
    for line in lines:
        if not _NUMBERS.fullmatch(line):
            raise ValueError(line)
    return " ".join(lines)
