"""A session as the rules of a fixture file, for people to edit: what was asked, and what was answered.

A rule waits for the model, the last user message and the tools whose outputs have come, and replies in the simplest
form that makes the same items. Ids, times and token counts are then the server's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mockserver.cassette.exported import Exported, Omissions
from mockserver.cassette.http_exports import answer_of
from mockserver.cassette.reply_exports import error_fault, reply_of, with_literal_marks
from mockserver.cassette.yaml_text import yaml_text
from mockserver.codec import JsonObject
from mockserver.model.plan import Item, Response
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import CreateRequest, conversation_id_of
from mockserver.spec.call_pairs import TOOL_OUTPUTS

CREATE: Final = re.compile(r"[^?]*/responses/?(?:\?|\Z)")
STATE: Final = re.compile(r"[^?]*/(?:responses|conversations)(?:[/?]|\Z)")
"""Routes that the server answers from what it has stored."""
GLOB: Final = re.compile(r"[*?\[]")
UNFINISHED: Final = frozenset({"queued", "in_progress"})
HEAD: Final = "# A recorded session as rules. Ids, times, token counts and headers are those of the server.\n"


@dataclass(slots=True, kw_only=True)
class _Turn:
    """A request, and the rule for it."""

    number: int
    when: JsonObject
    options: JsonObject
    """`reply`, or a fault, and how the response ends."""
    text: str = ""
    outputs: Sequence[frozenset[str]] = ()
    """All names of each output that has come."""

    @property
    def groups(self) -> bool:
        """Whether it may be one of several replies of a rule, which share all options."""
        return self.options.keys() == {"reply"}

    def meets(self, other: "_Turn") -> bool:
        """Whether its conditions are met by another turn's request."""
        when, asked = self.when, other.when
        if {"method", "path"} & (when.keys() | asked.keys()):
            return when == asked
        if when.get("model", asked.get("model")) != asked.get("model"):
            return False
        if self.outputs:
            names = {name for output in other.outputs for name in output}
            if not all(wanted in names for wanted in _listed(when["tool_output"])):
                return False
        elif "input" in when and other.outputs:
            return False
        return self.text.casefold() in other.text.casefold()


@dataclass(slots=True, kw_only=True)
class _Rule:
    """Turns that one rule answers, in order."""

    turns: list[_Turn] = field(default_factory=list)

    @property
    def first(self) -> _Turn:
        return self.turns[0]

    def takes_from(self, rules: Sequence["_Rule"]) -> bool:
        """Whether it would answer a later request of another rule."""
        others = (turn for rule in rules if rule is not self for turn in rule.turns)
        return any(turn.number > self.first.number and self.first.meets(turn) for turn in others)


def as_rules(exchanges: Sequence[RecordedExchange]) -> Exported:
    """The rules of a fixture file that answers the session's requests with the session's items; none for no turn."""
    left_out = Omissions()
    turns = list(_turns(exchanges, left_out))
    rules = _grouped(turns)
    lines = left_out.lines()
    if not rules:
        return Exported([], lines)
    remarks = "".join(f"# Not in these rules: {line}.\n" for line in lines)
    return Exported([HEAD + remarks + yaml_text([_written(rule, rules) for rule in rules], inline_from=2)], lines)


def _grouped(turns: Sequence[_Turn]) -> list[_Rule]:
    """A rule for all turns with the same conditions, where that answers each request with its own reply."""
    by_when: dict[str, _Rule] = {}
    for turn in turns:
        by_when.setdefault(repr(turn.when) if turn.groups else f"{turn.number}", _Rule()).turns.append(turn)
    rules = list(by_when.values())
    split: list[_Rule] = []
    for rule in rules:
        alone = len(rule.turns) == 1 or not rule.takes_from(rules)
        split += [rule] if alone else [_Rule(turns=[turn]) for turn in rule.turns]
    return sorted(split, key=lambda rule: rule.first.number)


def _written(rule: _Rule, rules: Sequence[_Rule]) -> JsonObject:
    written: JsonObject = {"when": rule.first.when} if rule.first.when else {}
    if rule.takes_from(rules):
        written["times"] = len(rule.turns)
    if len(rule.turns) == 1:
        return written | rule.first.options
    replies = [turn.options["reply"] for turn in rule.turns]
    alike = all(reply == replies[0] for reply in replies)
    return written | ({"reply": replies[0]} if alike else {"replies": replies})


def _turns(exchanges: Sequence[RecordedExchange], left_out: Omissions) -> Iterator[_Turn]:
    history = _History(exchanges)
    for number, exchange in enumerate(exchanges, start=1):
        if exchange.method == "POST" and CREATE.match(exchange.url_path):
            turn = _creating(exchange, number, history, left_out)
        elif STATE.match(exchange.url_path):
            left_out.note("requests about stored responses and conversations, which the server answers itself", number)
            continue
        else:
            turn = _elsewhere(exchange, number, left_out)
        if turn is not None:
            yield turn


def _creating(exchange: RecordedExchange, number: int, history: "_History", left_out: Omissions) -> _Turn | None:
    body = exchange.request_body if isinstance(exchange.request_body, dict) else {}
    if body.get("generate") is False:
        left_out.note("warm-ups, which the server answers itself", number)
        return None
    if not body and exchange.request_body is None:
        left_out.note("conditions, as the request was not recorded", number)
    try:
        request = CreateRequest(body, history=history.before(body))
        when, outputs = _when(request)
    except (AttributeError, TypeError, KeyError):  # a request that the API refuses may have any shape
        left_out.note("a request that is not one for a response", number)
        return None
    options = _options(exchange, number, history, left_out)
    if options is None:
        return None
    return _Turn(number=number, when=when, options=options, text=request.user_text, outputs=outputs)


def _when(request: CreateRequest) -> tuple[JsonObject, list[frozenset[str]]]:
    """The conditions, and the names of each tool output that has come since the user's message."""
    answered = TOOL_OUTPUTS.values()
    calls = {item.get("call_id") or item.get("id"): item for item in request.context if item.get("type") in answered}
    outputs: list[list[str]] = []
    for item in request.turn:
        if item.get("type") in TOOL_OUTPUTS:
            name = calls.get(item.get("call_id") or item.get("approval_request_id"), {}).get("name")
            kind = TOOL_OUTPUTS[item["type"]]
            outputs.append([name, kind] if name else [kind])
    when: JsonObject = {"model": _plain(request.model)} if request.model else {}
    if request.user_text:
        when["input"] = request.user_text
    if outputs:
        wanted = list(dict.fromkeys(_plain(names[0]) for names in outputs))
        when["tool_output"] = wanted[0] if len(wanted) == 1 else wanted
    return when, [frozenset(names) for names in outputs]


def _plain(name: str) -> Any:
    return {"exact": name} if GLOB.search(name) else name


def _listed(wanted: Any) -> Sequence[Any]:
    names = wanted if isinstance(wanted, list) else [wanted]
    return [name["exact"] if isinstance(name, dict) else name for name in names]


def _options(exchange: RecordedExchange, number: int, history: "_History", left_out: Omissions) -> JsonObject | None:
    """What a rule says of an answer; None where no rule can say it."""
    if exchange.status >= 400:  # noqa: PLR2004 - the errors of HTTP
        return {"fault": error_fault(exchange, number, left_out)}
    response = history.final(shown_response(exchange))
    if response is None:
        left_out.note("an answer that is not a response", number)
        return None
    if response.get("status") in UNFINISHED and exchange.complete:
        left_out.note("the end of a response that was never seen finished", number)
    if exchange.steers:
        left_out.note("what the client sent while the response was made", number)
    options = reply_of(response, number, left_out)
    options["reply"] = with_literal_marks(options["reply"])
    if not exchange.complete:
        left_out.note("how deltas were cut, so the stream breaks off at about the same place", number)
        options["fault"] = {"cut_after": len(exchange.events or ())}
    return options


def _elsewhere(exchange: RecordedExchange, number: int, left_out: Omissions) -> _Turn | None:
    """The rule for a request about another route."""
    path, _, query = exchange.url_path.partition("?")
    answer = answer_of(exchange)
    if isinstance(answer, bytes):
        left_out.note("a binary answer", number)
        return None
    if query:
        left_out.note("the query of a request", number)
    content_type = exchange.headers.get("content-type", "")
    reply: JsonObject = {"json": exchange.body} if isinstance(exchange.body, dict | list) else {"text": answer}
    if exchange.status != 200:  # noqa: PLR2004 - the status without any
        reply["status"] = exchange.status
    if "text" in reply and content_type:
        reply["headers"] = {"content-type": content_type}
    return _Turn(
        number=number, when={"method": exchange.method, "path": path}, options={"reply": with_literal_marks(reply)}
    )


def shown_response(exchange: RecordedExchange) -> Response | None:
    """The response that an answer shows last; where it broke off, with the items that were done."""
    if exchange.events is None:
        body = exchange.body
        return body if isinstance(body, dict) and isinstance(body.get("output"), list) else None
    shown = (event["response"] for event in reversed(exchange.events) if isinstance(event.get("response"), dict))
    last: Response | None = next(shown, None)
    if last is None or exchange.complete:
        return last
    done = [event["item"] for event in exchange.events if event["type"] == "response.output_item.done"]
    return {**last, "status": "completed", "output": done}


class _History:
    """What stood before a request: the turns that it names."""

    def __init__(self, exchanges: Sequence[RecordedExchange]) -> None:
        self._final: dict[str, Response] = {}
        self._contexts: dict[str, list[Item]] = {}
        for exchange in exchanges:
            response = shown_response(exchange)
            if response is not None and isinstance(response.get("id"), str):
                self._final[response["id"]] = response
        for exchange in exchanges:
            self._add(exchange)
        self._named: dict[str, list[Item]] = {}

    def _add(self, exchange: RecordedExchange) -> None:
        response, body = self.final(shown_response(exchange)), exchange.request_body
        if response is None or not isinstance(body, dict) or not isinstance(response.get("output"), list):
            return
        try:
            said = CreateRequest(body, history=self.before(body)).context
            conversation = conversation_id_of(body) if body.get("conversation") else None
        except (AttributeError, TypeError, KeyError):
            return
        context = [*said, *response["output"]]
        self._contexts[str(response.get("id"))] = context
        if conversation:
            self._contexts[conversation] = context

    def final(self, response: Response | None) -> Response | None:
        """A response as the session shows it last."""
        return None if response is None else self._final.get(str(response.get("id")), response)

    def before(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """The items of the turns before a request."""
        named = conversation_id_of(body) if body.get("conversation") else body.get("previous_response_id")
        return self._contexts.get(str(named), [])
