"""The page of the built-in profiles, printed from their files: where each comes from, and what it changes, in words."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import yaml

from mockserver.spec.checks.unchecked import KINDS
from mockserver.web import profiles
from mockserver.web.profiles.loader import PROFILE_NAMES

FOLDER = Path(profiles.__file__).parent
WIDTH = 120
LONGEST = 60  # characters of a value that is printed

PROVIDERS = """# Providers

{note}

What the built-in [profiles](profiles.md) change, each with its source. What is not listed is OpenAI's: a profile says
nothing where its source says nothing.
"""
KINDS_OF_VALUES = {"text": "a text", "object": "an object", "list": "a list", "given": "given"}


def providers_page(note: str) -> str:
    """The whole page."""
    sections = (
        _section(name, (FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in PROFILE_NAMES
        if name != "openai"
    )
    return "\n".join([PROVIDERS.format(note=note), *(_wrapped(line) for section in sections for line in section)])


def _wrapped(line: str) -> str:
    """A paragraph or an element of a list, in lines of the usual length."""
    indent = "  " if line.startswith("- ") else ""
    folded = fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return folded + "\n" * line.endswith("\n")


def _section(name: str, text: str) -> Iterator[str]:
    """One profile: the words at its head, and a list for each of its sections."""
    yield f"## {name}\n"
    head = [line.removeprefix("#").strip() for line in text.split("\n\n", 1)[0].splitlines()]
    yield " ".join(head) + "\n"
    for section, written in yaml.safe_load(text).items():
        yield from LISTS[section](written)
        yield ""


def _rows(title: str) -> Callable[[Any], Iterator[str]]:
    def lines(written: Any) -> Iterator[str]:
        yield f"{title}:\n"
        yield from (f"- {_row(row)}" for row in written)

    return lines


def _row(row: Mapping[str, Any]) -> str:
    where = f"where {_conditions(row['where'])}" if "where" in row else ""
    head = ", ".join(filter(None, (_code(row["at"]) if "at" in row else "", where)))
    done = "; ".join(OPERATIONS[key](value) for key, value in row.items() if key in OPERATIONS)
    return f"{head}: {done}" if head else done


def _conditions(wanted: Mapping[str, Any]) -> str:
    return " and ".join(f"{_code(path)} is {_wanted(value)}" for path, value in wanted.items())


def _wanted(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"is"}:
        return KINDS_OF_VALUES[value["is"]]
    return "missing" if value is None else _code(value)


def _code(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= LONGEST else f"`{text[:LONGEST].rstrip()}…`"


def _codes(values: Any) -> str:
    return ", ".join(map(_code, values))


def _each(sentence: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda members: ", ".join(sentence.format(_code(key), _code(value)) for key, value in members.items())


def _tables(tables: Mapping[str, Mapping[str, Any]]) -> str:
    changes = [(key, old, new) for key, table in tables.items() for old, new in table.items()]
    if all(str(old) == new for _, old, new in changes):
        return f"{_codes(tables)} as a text"
    return ", ".join(f"{_code(key)} {_code(old)} is {_code(new)}" for key, old, new in changes)


def _prefixes(prefixes: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{_code(key)} begins with {_code(row['add'])}"
        + (f", but for {_codes(row['except'])}" if "except" in row else "")
        for key, row in prefixes.items()
    )


OPERATIONS: Mapping[str, Callable[[Any], str]] = {
    "rename": _each("{} is called {}"),
    "drop": lambda keys: f"without {_codes(keys)}",
    "keep": lambda keys: f"only {_codes(keys)}",
    "set": _each("{} is {}"),
    "default": _each("{} is {} if missing"),
    "values": _tables,
    "prefix": _prefixes,
    "strip": _each("{} without {}"),
    "become": lambda template: f"becomes {_code(template)}",
    "splice": lambda key: f"replaced by the elements of {_code(key)}",
}


def _echo(written: Any) -> Iterator[str]:
    paths = [(path, ...) if isinstance(path, str) else next(iter(path.items())) for path in written]
    texts = (_code(path) if default is ... else f"{_code(path)} (or {_code(default)})" for path, default in paths)
    yield f"As it was sent: {', '.join(texts)}."


def _refuse(written: Any) -> Iterator[str]:
    yield "Refused:\n"
    for row in written:
        yield f'- where {_conditions(row["where"])}: {row.get("status", 400)}, "{row["message"]}"'


def _unchecked(written: Any) -> Iterator[str]:
    yield "Not checked:\n"
    for kind, places in written.items():
        yield f"- {KINDS[kind]}: {_codes([places] if isinstance(places, str) else places)}"


def _line(sentence: str) -> Callable[[Any], Iterator[str]]:
    return lambda written: iter([sentence.format(_codes(written) if isinstance(written, list) else _code(written))])


def _flag(true: str, false: str) -> Callable[[Any], Iterator[str]]:
    return lambda written: iter([true if written else false])


LISTS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "request": _rows("Requests"),
    "unchecked": _unchecked,
    "refuse": _refuse,
    "items": _rows("Output items"),
    "parts": _rows("Content parts"),
    "response": _rows("Responses"),
    "hide": lambda written: iter([f"Not shown: items where {' or '.join(map(_conditions, written))}."]),
    "echo": _echo,
    "if_sent": _line("Only if the request has it: {}."),
    "ids": lambda written: iter([f"Ids: {_each('{} is {}')(written)}."]),
    "events": _rows("Events"),
    "keep_events": _line("Events that are sent: {}."),
    "drop_events": _line("Events that are not sent: {}."),
    "last_event": _line("After the last event comes {}."),
    "stream_end": _line("Streams end with `data:` {}."),
    "event_lines": _flag("Streams have `event:` lines.", "Streams have `data:` lines alone."),
    "websocket": _flag("WebSocket mode.", "No WebSocket mode."),
    "endpoints": _line("Endpoints: {}; others are unknown URLs."),
    "error": _rows("Errors"),
    "error_body": _line("The body of an error: {}."),
}
