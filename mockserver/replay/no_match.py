"""Why no recording answers a request: the nearest ones, and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from mockserver.authoring.difference import Difference
from mockserver.model.other_request import readable_items
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import CreateRequest
from mockserver.replay.canonical import CanonicalRequest
from mockserver.replay.differences import open_diff
from mockserver.replay.matching import Matching, advice
from mockserver.replay.recorded_response import Recording
from mockserver.samples.vocabulary import excerpt

NEAREST: Final = 3
MOST_FIELDS: Final = 8
USED_UP: Final = "the same request, but this recording has been used"
REFUSED: Final = "the same request, but a function of match_on says that it does not match"


@dataclass(slots=True, kw_only=True)
class SessionEntry:
    """A recording in a session, and how many requests it has answered."""

    recording: Recording
    request: CanonicalRequest
    key: str
    used: int = 0

    @property
    def title(self) -> str:
        """Where it is, and what it answers, in one line."""
        return f"{self.recording.name}: {title_of(self.recording.exchange)}"


class Near(NamedTuple):
    """A recording beside a request, both as they are compared."""

    title: str
    differences: list[Difference]
    recorded: CanonicalRequest
    request: CanonicalRequest
    any_request: bool
    """Whether it answers any request to its route."""
    used: bool
    """Whether it has answered."""


def nearest(
    entries: Iterable[SessionEntry], request: CanonicalRequest, *, matching: Matching, count: int = NEAREST
) -> list[Near]:
    """The recordings that differ least from a request, those of its own endpoint first."""
    found = [_near(entry, request, matching) for entry in entries]
    endpoint = (request.method, request.path)
    found.sort(key=lambda near: ((near.recorded.method, near.recorded.path) != endpoint, len(near.differences)))
    return found[:count]


def _near(entry: SessionEntry, request: CanonicalRequest, matching: Matching) -> Near:
    exchange, recorded = entry.recording.exchange, entry.request
    is_open = exchange.any_request
    found = open_diff(exchange, recorded, request) if is_open else matching.differences(recorded, request)
    return Near(entry.title, found, recorded, request, is_open, entry.used > 0)


def message(asked: RecordedExchange, found: Sequence[Near], *, by_position: bool) -> str:
    """What to say about a request that no recording answers: the nearest ones with their differences, what to do.

    `by_position` says that recordings answer in their order where only the prompt differs.
    """
    lines = [
        f"No recording answers this request: {title_of(asked)}.",
        "Nearest recordings:" if found else "There are no recordings.",
    ]
    for number, near in enumerate(found, start=1):
        lines.append(f"  {number}. {near.title}")
        lines += [f"       {difference}" for difference in near.differences[:MOST_FIELDS]]
        lines += [] if near.differences else [f"       {USED_UP if near.used else REFUSED}"]
    first = found[0] if found and not found[0].any_request else None
    hint = advice(first.differences, by_position=by_position) if first else None
    lines += [hint] if hint else []
    lines.append(
        'Send what was recorded, or record it again; or let unmatched requests be answered: unmatched="answer".'
    )
    return "\n".join(lines)


def title_of(exchange: RecordedExchange) -> str:
    """A request in one line; of one for a response, what it says."""
    body = exchange.request_body
    given = body.get("input") if isinstance(body, dict) else None
    if isinstance(given, list):
        given = CreateRequest({}, items=readable_items(given)).user_text
    said = f" {excerpt(given)!r}" if isinstance(given, str) and given else ""
    return f"{exchange.method} {exchange.url_path}{said}"
