"""Print the pages that follow from tables and profiles: `docs/errors.md`, `docs/events.md`, `docs/providers.md`.

``python -m tests.docs.print_pages`` writes the pages; a test compares them with what the tables say.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mockserver.events.life import BEGINNING, CREATED, LIFE, Status
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE, SNAPSHOT
from mockserver.spec.api_errors import API_ERRORS, SECTIONS
from mockserver.spec.error_row import ApiErrorRow
from mockserver.spec.event_steps import Images, Outputs, Parts, Signal, Step, Text
from mockserver.spec.item_row import ItemType
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.multi_agent import INJECT_ERRORS, INJECT_FAILED
from mockserver.spec.own_errors import MOCK_SERVER_ERROR
from mockserver.spec.steering import FAILED, STEER_ERRORS
from tests.docs.print_providers import providers_page

IN_EVENTS = (
    ("Steering", FAILED, "Steering", STEER_ERRORS),
    ("Injection", INJECT_FAILED, "Several agents", INJECT_ERRORS),
)
"""Sections of errors that come in an event: title, event, section about it, rows."""

DOCS = Path(__file__).parents[2] / "docs"
NOTE = "<!-- Printed by `make docs` from the tables of the server: change those, not this page. -->"

ERRORS = f"""# Errors

{NOTE}

Every error that a client can see. Braces mark what is filled in when the error is raised. The type is
`invalid_request_error` unless another one is stated. The last line of each entry has the
[fault](faults.md) that answers with the error, as a fixture file has it.
"""

EVENTS = f"""# Events

{NOTE}

The order of events of a stream. Each event has a `sequence_number`, counted from 0 over all types; keys stand in the
order of the wire, `type` first and then by the alphabet.
"""


def errors_page(sections: Mapping[str, Mapping[str, ApiErrorRow]] = SECTIONS) -> str:
    """The page of errors."""
    parts = [ERRORS]
    for title, rows in sections.items():
        parts += [f"## {title}\n", *(_error(name, row) for name, row in rows.items())]
    for title, event, place, rows in IN_EVENTS:
        parts += [f"## {title}\n", f"Codes of `{event}`; see [{place}](websocket.md#{_anchor(place)}).\n"]
        parts += in_event(rows)
    return "\n".join(parts)


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def in_event(rows: Mapping[str, ApiErrorRow]) -> Iterator[str]:
    """Errors that come in an event of their own."""
    for row in rows.values():
        sentence = "(says what is wrong)" if row.text == "{reason}" else row.text
        yield f"- code `{row.code}`\n\n  > {sentence}\n\n  {row.when}\n"


def _error(name: str, row: ApiErrorRow) -> str:
    facts = [f"**{row.status}**"]
    facts += [f"type `{row.type}`"] if row.type != "invalid_request_error" else []
    facts += [f"code `{row.code}`" if row.code else "no code"]
    facts += [f"param `{row.param}`"] if row.param else []
    sentence = "(says what happened)" if row.text == "{message}" else row.text
    is_ours = row.type == MOCK_SERVER_ERROR
    how = "It is not part of OpenAI's API, and no fault answers with it." if is_ours else f"`fault: {{error: {name}}}`"
    return f"- {', '.join(facts)}\n\n  > {sentence}\n\n  {row.when} {how}\n"


def events_page(item_types: Mapping[str, ItemType] = ITEM_TYPES) -> str:
    """The page of events."""
    parts = [EVENTS, *life(), "## Items\n"]
    for name, row in item_types.items():
        parts += [f"### `{name}`\n", f"{' '.join(_facts(row))}\n", *_numbered(_events_of(row)), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def life(life: Mapping[str, Status] = LIFE) -> Iterator[str]:
    """The section about the life of a response: its statuses, what each refuses, what a snapshot shows meanwhile."""
    yield "## The life of a response\n"
    yield f"A stream opens with `{CREATED}`. Then comes {_path(BEGINNING[False])}; of background work come"
    yield f"{_path(BEGINNING[True])}. The items follow, one after the other, and an event that ends"
    yield "the stream:\n"
    yield "| status | event | then | refused meanwhile |\n|---|---|---|---|"
    for name, status in life.items():
        then = ", ".join(f"`{one}`" for one in status.then) or "ends"
        refused = ", ".join(f"{call}: {API_ERRORS[error].text}" for call, error in status.refuses.items())
        yield f"| `{name}` | `{status.event}` | {then} | {refused} |"
    yield "\nUntil it ends the events show the response without what is not known yet:\n"
    yield "| key | value |\n|---|---|"
    yield from (f"| `{key}` | `{json.dumps(value)}` |" for key, value in SNAPSHOT.items())
    yield ""


def _path(statuses: Sequence[str]) -> str:
    return " and ".join(f"`{LIFE[status].event}`" for status in statuses)


def _facts(row: ItemType) -> Iterator[str]:
    yield f"Ids begin with `{row.prefix}_`."
    if row.tool:
        yield f"A call of the tool `{row.tool}`."
    if row.answered_by:
        yield f"The client answers with `{row.answered_by}`."
    opened = [
        f"`{path}: {json.dumps(value)}`" for path, value in row.opened.items() if path.partition(".")[0] in row.keys
    ]
    if opened:
        yield f"Added with {_joined(opened)}."
    if row.missing:
        yield f"Added without {_joined([f'`{key}`' for key in row.missing])}."


def _events_of(row: ItemType) -> Iterator[str]:
    yield f"`{ITEM_ADDED}`"
    for step in row.steps:
        yield from _PRINTERS[type(step)](step)
    yield f"`{ITEM_DONE}`"


def _signal(step: Signal) -> Iterator[str]:
    failed = f", or `{step.failed}` where the item has an error" if step.failed else ""
    yield f"`{step.type}`{failed}"


def _text(step: Text) -> Iterator[str]:
    yield _texts((step,))


def _texts(texts: Sequence[Text]) -> str:
    return ", ".join(part for text in texts for part in _text_events(text))


def _text_events(step: Text) -> Iterator[str]:
    yield f"`{step.delta}`" + (" (one)" if step.whole else " (any number)")
    if step.citations:
        yield f"`{step.citations}` after the delta that it cites"
    yield f"`{step.done}` with the whole in `{step.key}`"


def _parts(step: Parts) -> Iterator[str]:
    fills = [f"   - {f'`{kind}`: ' if kind else ''}{_texts(texts)}" for kind, texts in step.fills.items()]
    closed = [f"   - `{step.done}`"] if step.done else []
    yield "\n".join([f"for each element of `{step.field}`:", f"   - `{step.added}`", *fills, *closed])


def _outputs(step: Outputs) -> Iterator[str]:
    streams = " and ".join(f"`{stream}`" for stream in step.streams)
    yield f"for each element of `{step.field}`:\n   - `{step.delta}` for {streams}, unless empty\n   - `{step.done}`"


def _images(step: Images) -> Iterator[str]:
    yield f"`{step.type}` (any number)"


_PRINTERS: Mapping[type[Step], Callable[[Any], Iterator[str]]] = {
    Signal: _signal,
    Text: _text,
    Parts: _parts,
    Outputs: _outputs,
    Images: _images,
}


def _numbered(lines: Iterator[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]


def _joined(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


PAGES: Mapping[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "events.md": events_page,
    "providers.md": lambda: providers_page(NOTE),
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name} is written.")
