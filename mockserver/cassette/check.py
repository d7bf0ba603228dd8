"""What is wrong with a cassette that loads: secrets in it, what today's contract does not allow, its age."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mockserver.cassette.format import days_text
from mockserver.cassette.load import load
from mockserver.cassette.redact import redact
from mockserver.cassette.secrets import SECRET_PATTERNS, SecretPatterns
from mockserver.model.recorded import RecordedExchange
from mockserver.spec.contract import ContractTable, violations

DAY = 86_400

# Which row a reply is, by its `object`; objects of other endpoints have none.
REPLIES: Mapping[str, str] = {
    "response": "response",
    "response.compaction": "compaction",
    "response.input_tokens": "input_tokens",
    "conversation": "conversation",
    "conversation.deleted": "conversation.deleted",
}
LISTS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"/responses/[^/]+/input_items"), "item_list"),
    (re.compile(r"/conversations/[^/]+/items"), "conversation_item_list"),
)
_API = re.compile(r"[^?]*/(?:responses|conversations)(?:[/?]|\Z)")

CassetteProblemKind = Literal["secret", "contract", "age", "torn", "unused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteProblem:
    """One thing to fix in a cassette: where, and what."""

    file: str
    line: int
    kind: CassetteProblemKind
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


def check(
    path: Path, *, now: int, max_age_days: float | None = None, patterns: SecretPatterns = SECRET_PATTERNS
) -> list[CassetteProblem]:
    """The problems of a cassette, in the order of the file; `now` is in unix seconds.

    Raises:
        CassetteError: it does not load.
    """
    cassette = load(path)
    file = str(path)
    found = [
        CassetteProblem(file=file, line=each.line, kind="torn", message=each.message) for each in cassette.warnings
    ]
    age = (now - cassette.header.recorded_at) / DAY
    if max_age_days is not None and age > max_age_days:
        message = f"recorded {days_text(age)} ago, and the limit is {days_text(max_age_days)}: record it again"
        found.append(CassetteProblem(file=file, line=1, kind="age", message=message))
    header = f"{cassette.header.upstream}\n{cassette.header.client}"
    secrets = [f"{span.kind} in the header: record it again, redacted" for span in patterns.spans(header)]
    found += [CassetteProblem(file=file, line=1, kind="secret", message=message) for message in secrets]
    for line, exchange in zip(cassette.lines, cassette.exchanges, strict=True):
        secrets = [f"{secret}: record it again, redacted" for secret in redact(exchange, patterns).findings]
        found += [CassetteProblem(file=file, line=line, kind="secret", message=message) for message in secrets]
        departures = dict.fromkeys(_departures(exchange))
        found += [CassetteProblem(file=file, line=line, kind="contract", message=message) for message in departures]
    return found


def _departures(exchange: RecordedExchange) -> Iterator[str]:
    """What the upstream said against the contract; its answer to the request is the verdict on that."""
    for where, table, name, value in _said(exchange):
        yield from (f"{where}: {violation}" for violation in violations(table, value, name=name))


def _said(exchange: RecordedExchange) -> Iterator[tuple[str, ContractTable, str | None, Any]]:
    if not _API.match(exchange.url_path):
        return
    # One event stands for those of its type and item type: a stream of deltas is checked in no time.
    alike = {(event["type"], _type(event.get("item"))): event for event in exchange.events or ()}
    for event in alike.values():
        yield event["type"], "events", None, event
    body = exchange.body
    if isinstance(body, dict):
        kind = body.get("object")
        name = _list_name(exchange.url_path) if kind == "list" else REPLIES.get(str(kind))
        if name:
            yield "reply", "objects", name, body
        elif isinstance(body.get("error"), dict):
            yield "reply", "objects", "error", body["error"]


def _type(item: Any) -> Any:
    return item.get("type") if isinstance(item, dict) else None


def _list_name(path: str) -> str | None:
    return next((name for pattern, name in LISTS if pattern.search(path)), None)
