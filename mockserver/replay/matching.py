"""What of a request has to be equal to a recording, besides what the canonical form leaves out."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from mockserver.authoring.difference import Difference
from mockserver.errors import ScriptError
from mockserver.model.recorded import RecordedExchange
from mockserver.replay.canonical import CanonicalRequest
from mockserver.replay.differences import request_diff

T = TypeVar("T")
MatchFunction: TypeAlias = Callable[[RecordedExchange, RecordedExchange], bool]
"""Takes a recording and a request, as a recorder would keep it, and says whether they match."""

PARTS: Final = ("method", "path", "query", "body")
"""The parts of a request that are compared unless `match_on` says otherwise."""
PROMPT: Final = re.compile(r"instructions|input(?:\[\d+\](?:\.content(?:\[\d+\]\.text)?)?)?")
"""Fields in which a prompt stands."""
TEXT: Final = "…"


class Matching:
    """What `match_on` asks for. Raises: ScriptError for a name that is not a part's."""

    def __init__(self, match_on: Sequence[str | MatchFunction] = PARTS) -> None:
        if isinstance(match_on, str) or not match_on:
            raise ScriptError(f"match_on is {match_on!r}; expected a list of {_known()}.")
        self._parts = [part for part in match_on if isinstance(part, str)]
        self._functions = [part for part in match_on if callable(part)]
        for part in match_on:
            if part not in PARTS and not callable(part):
                raise ScriptError(f"match_on has {part!r}; expected {_known()}.")

    def key(self, request: CanonicalRequest) -> str:
        """Equal for requests whose parts match."""
        if self._parts == list(PARTS):
            return request.key
        return json.dumps([getattr(request, part) for part in self._parts], sort_keys=True)

    def differences(self, recorded: CanonicalRequest, request: CanonicalRequest) -> list[Difference]:
        """Every field in which a request is not what was recorded, of the parts that are compared."""
        return request_diff(recorded, request, parts=self._parts)

    def accepts(self, recorded: RecordedExchange, sent: RecordedExchange) -> bool:
        """Whether all functions say that they match."""
        return all(call(function, recorded, sent, name="match_on") for function in self._functions)

    def key_without_prompt(self, request: CanonicalRequest) -> str:
        """Equal for requests that differ in the words of their prompts at most."""
        return json.dumps(
            [_without_prompt(request.body) if part == "body" else getattr(request, part) for part in self._parts],
            sort_keys=True,
        )


def call(function: Callable[..., T], *given: RecordedExchange, name: str) -> T:
    """What a function of the test's author gives. Raises: ScriptError that says which option failed."""
    try:
        return function(*given)
    except Exception as error:
        raise ScriptError(f"{name} failed on a request: {error!r}.") from error


def _known() -> str:
    return f"{', '.join(PARTS)}, or functions of a recording and a request"


def _without_prompt(body: Any) -> Any:
    """A canonical body without instructions, and without the words of the messages in its input."""
    if not isinstance(body, dict):
        return body
    kept = {key: value for key, value in body.items() if key != "instructions"}
    given = kept.get("input")
    if isinstance(given, str):
        kept["input"] = TEXT
    elif isinstance(given, list):
        kept["input"] = [_without_words(item) for item in given]
    return kept


def _without_words(item: Any) -> Any:
    if not isinstance(item, dict) or "content" not in item:
        return item
    content = item["content"]
    if isinstance(content, list):
        parts = [{**part, "text": TEXT} if isinstance(part, dict) and "text" in part else part for part in content]
        return {**item, "content": parts}
    return {**item, "content": TEXT if isinstance(content, str) else content}


def advice(differences: Sequence[Difference], *, by_position: bool = False) -> str | None:
    """What to do about a request that hardly differs from a recording; None where it differs in more than one way.

    `by_position` says that recordings answer in their order already.
    """
    fields = [one.field for one in differences]
    if fields and all(PROMPT.fullmatch(field) for field in fields):
        if by_position:
            return "Recordings answer in their order, each once; those that differ in the prompt alone have been used."
        return "If only the prompt was edited, let recordings answer in their order: order=True, --order."
    if len(fields) == 1 and fields[0].partition(".")[0] not in {*PARTS, "method"}:
        (field,) = fields
        return f"If {field} may differ, ignore it: ignore=[{json.dumps(field)}], --ignore '{field}'."
    return None
