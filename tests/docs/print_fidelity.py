"""How close the server is to recorded traffic of the real API, as `docs/fidelity.md`.

    python -m tests.docs.print_fidelity

writes the page from the recordings beside the project and from its own cassettes.
"""

import datetime as dt
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mockserver import MockServer
from mockserver.cassette.folding import fold_stream
from mockserver.cassette.importing.importer import import_file
from mockserver.cassette.load import load
from mockserver.conformance.drift import Drifted, drift_of
from mockserver.conformance.drift_report import HTTP_ERRORS, SERVICE_FAILS, own_answers
from mockserver.conformance.resending import SentAgain, answer_in
from mockserver.model.recorded import RecordedExchange
from tests.support.real_traffic import RECORDINGS

PAGE = Path(__file__).parents[2] / "docs" / "fidelity.md"
CASSETTES = Path(__file__).parents[2] / "cassettes"
PATTERNS = ("openai-dotnet/*/*.json", "pydantic-ai/*/*.yaml", "ai/*.txt", "ai/*.json", "agent-framework/*/*")
OPENAI = ("", "https://api.openai.com")
ADDRESSLESS = "agent-framework/Conversations/"
"""Files that keep neither the method nor the path of what was asked of a conversation."""
API = re.compile(r"/v1/(?:responses|conversations)\b")
SEQUENCE = frozenset({"items", "events", "order"})


class Recorded(NamedTuple):
    """One recorded file."""

    source: str
    name: str
    exchanges: Sequence[RecordedExchange]


class Figures(NamedTuple):
    """What was counted in a source."""

    counts: Counter[str]
    differences: dict[Drifted, list[str]]
    """Each with the day of every exchange that shows it."""


def recordings() -> Iterator[Recorded]:
    """All recorded files of OpenAI's API, and the cassettes of the project."""
    for path in sorted(path for pattern in PATTERNS for path in RECORDINGS.glob(pattern)):
        name = str(path.relative_to(RECORDINGS))
        if not name.startswith(ADDRESSLESS):
            kept = [one for one in import_file(path) if one.upstream in OPENAI]
            yield Recorded(name.partition("/")[0], name, kept)
    for path in sorted(CASSETTES.glob("*.yaml")):
        yield Recorded("cassettes of this project", path.name, load(path).exchanges)


def figures() -> dict[str, Figures]:
    """What was counted, by source."""
    found: dict[str, Figures] = defaultdict(lambda: Figures(Counter(), defaultdict(list)))
    with MockServer() as server:
        for recorded in recordings():
            count, differences = found[recorded.source]
            for exchange in recorded.exchanges:
                _count_events(exchange, count)
            day = _day(recorded.exchanges)
            for one in own_answers(recorded.exchanges, server):
                _count_answer(one, count, differences, day)
    return found


def _count_events(exchange: RecordedExchange, count: Counter[str]) -> None:
    """A stream whose response cannot give its events back counts with none of them; a resumed one does not count."""
    if not exchange.events or exchange.events[0].get("sequence_number", 0):
        return
    folded = fold_stream(exchange.events)
    count["streams"] += 1
    count["events"] += len(exchange.events)
    count["events again"] += len(exchange.events) - len(folded.others) if folded is not None else 0


def _count_answer(one: SentAgain, count: Counter[str], differences: dict[Drifted, list[str]], day: str) -> None:
    if not API.match(one.recorded.url_path):
        return
    if one.now is None:
        count["not asked"] += 1
        return
    drifted = drift_of(one.recorded, one.now)
    kind = "errors" if one.recorded.status >= HTTP_ERRORS else "answers"
    if one.recorded.status in SERVICE_FAILS:
        kind = "scripted errors"
    count[kind] += 1
    count[f"{kind} equal"] += not drifted
    count[f"{kind} complete"] += all(map(_is_later, drifted))
    if one.recorded.events is not None or "output" in (answer_in(one.recorded) or ()):
        count["sequences"] += 1
        count["sequences equal"] += not any(each.what in SEQUENCE or each.what == "status" for each in drifted)
    for each in drifted:
        differences[each].append(day)


def _is_later(difference: Drifted) -> bool:
    """Whether it may be that the API says more today."""
    return difference.what == "new key" or (difference.what, difference.recorded) == ("type", "null")


def _day(exchanges: Sequence[RecordedExchange]) -> str:
    """The day of a recording, as its first response says it."""
    for exchange in exchanges:
        answer = answer_in(exchange)
        if isinstance(answer, dict) and isinstance(answer.get("created_at"), int | float):
            return dt.datetime.fromtimestamp(answer["created_at"], dt.UTC).date().isoformat()
    return "unknown"


def page() -> str:
    """The whole page."""
    found = figures()
    total: Counter[str] = sum((each.counts for each in found.values()), Counter())
    rows = [_row(source, each.counts) for source, each in sorted(found.items())]
    merged: defaultdict[Drifted, list[str]] = defaultdict(list)
    for each in found.values():
        for difference, days in each.differences.items():
            merged[difference] += days
    table = [_difference(difference, days) for difference, days in sorted(merged.items(), key=_by_count)]
    return PAGE_TEXT.format(
        rows="\n".join([*rows, _row("all", total)]),
        table="\n".join(table),
        not_asked=total["not asked"],
    )


def _row(source: str, count: Counter[str]) -> str:
    cells = [
        _of(count, "events again", "events"),
        _of(count, "answers complete", "answers"),
        _of(count, "answers equal", "answers"),
        _of(count, "sequences equal", "sequences"),
        _of(count, "errors complete", "errors"),
    ]
    return f"| {source} | {' | '.join(cells)} |"


def _of(count: Counter[str], some: str, all_of_them: str) -> str:
    return f"{count[some]:,} of {count[all_of_them]:,}" if count[all_of_them] else "none"


def _by_count(row: tuple[Drifted, list[str]]) -> tuple[int, Drifted]:
    return -len(row[1]), row[0]


def _difference(difference: Drifted, days: Sequence[str]) -> str:
    cells = [difference.what, difference.where, difference.recorded, difference.now]
    shown = [f"`{cell}`" if cell and cell != "none" else cell for cell in cells[1:]]
    known = sorted(day for day in days if day != "unknown")
    return f"| {cells[0]} | {' | '.join(shown)} | {len(days)} | {known[-1] if known else 'unknown'} |"


PAGE_TEXT = """\
# Fidelity

How close this server is to what the real API has been recorded to say. `make fidelity` prints this page from the
recordings that the project has beside it, of four public projects, and from its own cassettes; the tests compare it.

Each recorded session is [exported as rules](recording.md#export), so that the server knows what the model said. Then
each request about responses and conversations is sent to it, and the answers are compared as by
[`mockserver drift`](recording.md#drift): status, headers that matter, keys, types, names, and the sequences of items
and events. {not_asked} requests are not sent: they were not recorded, or need what was there before.

- **events**: made from the finished response alone, equal in every key and value, and in the order of keys.
- **answers complete**: all keys of the recorded answer are there, with their types. Most recordings are older than
  keys and values that the API has today.
- **answers equal**: nothing else either.
- **sequences**: the same items and events in the same order.
- **errors**: refused with the same status, code, param and type.

| recordings | events | answers complete | answers equal | sequences | errors |
|---|---|---|---|---|---|
{rows}

## Differences

The newest recording that shows a difference dates it: what only older ones show, the API has changed since.

| what | where | recorded | here | exchanges | newest |
|---|---|---|---|---|---|
{table}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
