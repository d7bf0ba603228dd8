"""How values look in a cassette: JSON that a person can read, in YAML that any parser reads back.

Bodies stand as JSON inside literal blocks: JSON is their own notation, its key order and numbers survive, and it
parses ten times faster than YAML. What holds the bodies together is plain YAML.
"""

import json
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any, NamedTuple

WIDTH = 116
INDENT = 2

# Characters that YAML forbids, takes for line ends, or that do not encode.
_NOT_YAML = "\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_ESCAPED = re.compile(f"[{_NOT_YAML}]")
READABLE = re.compile(f"[^\x00-\x08\x0b-\x1f{_NOT_YAML}]*")
_TRAILING = re.compile(r"[ \t](?:\n|\Z)")
PLAIN = re.compile(r"[A-Za-z/][\w/.~%?&=+;()-]*(?::[\w/.~%?&=+;()-]+)*(?: [\w/.~%?&=+;()-]+)*", re.ASCII)
"""Strings that stand without quotes, unless they are one of the `YAML_WORDS`."""
YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


class Block(NamedTuple):
    """A text for a literal block, kept character by character; it must be `readable`."""

    text: str


class Numbers(NamedTuple):
    """A row of numbers, broken into lines."""

    text: str


class Flow(NamedTuple):
    """A small value whose strings stand in quotes."""

    value: Any


def flat(value: Any) -> str:
    """JSON on one line."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def laid_out(value: Any, *, indent: int = 0, before: int = 0) -> str:
    """JSON on as few lines as read well: small members share a line, larger ones have their own.

    `indent` is where its lines start, `before` how much of the first one is taken.
    """
    line = flat(value)
    if indent + before + len(line) <= WIDTH or not value or not isinstance(value, dict | list):
        return line
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inner = indent + (INDENT if before else 1)
    pad = "\n" + " " * inner
    body = f",{pad}".join(_shared_lines(list(_members(value, inner)), WIDTH - inner))
    return f"{opening}{pad if before else ''}{body}{closing}"


def _members(value: dict[str, Any] | list[Any], indent: int) -> Iterator[str]:
    if isinstance(value, list):
        yield from (laid_out(inner, indent=indent) for inner in value)
        return
    for key, inner in value.items():
        name = f"{flat(key)}: "
        yield name + laid_out(inner, indent=indent, before=len(name))


def _shared_lines(members: list[str], width: int) -> Iterator[str]:
    line = ""
    for member in members:
        if line and ("\n" in member or "\n" in line or len(line) + len(member) + INDENT > width):
            yield line
            line = member
        else:
            line = f"{line}, {member}" if line else member
    yield line


def readable(text: str) -> bool:
    """Whether a literal block can hold `text`, and an editor that trims line ends leaves it alone."""
    return bool(text.strip()) and READABLE.fullmatch(text) is not None and not _TRAILING.search(text)


def encodable(text: str) -> str:
    """`text` without the lone surrogates that stand for bytes of no known encoding."""
    return text.encode("utf-8", "replace").decode()


def document(value: Mapping[str, Any]) -> str:
    """A YAML mapping whose leaves are strings, numbers, `Block`, `Numbers`, `Flow` or mappings."""
    return "".join(f"{line}\n" for line in _lines(value, 0))


def _lines(mapping: Mapping[str, Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, value in mapping.items():
        name = f"{pad}{_scalar(key)}:"
        if isinstance(value, Mapping):
            yield name
            yield from _lines(value, indent + INDENT)
        elif isinstance(value, Block):
            yield f"{name} {_block_header(value.text)}"
            yield from (f"{pad}  {line}" if line else "" for line in value.text.removesuffix("\n").split("\n"))
        elif isinstance(value, Numbers):
            yield f"{name} >-"
            yield from wrap(value.text, WIDTH, initial_indent=pad + "  ", subsequent_indent=pad + "  ")
        elif isinstance(value, Flow):
            yield f"{name} {laid_out(value.value, indent=indent + INDENT, before=len(name) + 1 - INDENT)}"
        else:
            yield f"{name} {_scalar(value)}"


def _block_header(text: str) -> str:
    """`|` with the indentation, where the text starts with a space, and with what becomes of its last line ends."""
    depth = str(INDENT) if text.lstrip("\n").startswith((" ", "\t")) else ""
    ends = len(text) - len(text.rstrip("\n"))
    return f"|{depth}{'-' if ends == 0 else '' if ends == 1 else '+'}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in YAML_WORDS:
        return value
    return flat(value)
