"""An exchange: one request and what became of it, as tests ask it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.codec import dumps, loads_or_none
from mockserver.errors import ApiError
from mockserver.model.answer import UNSCRIPTED, Outcome
from mockserver.model.fault import Fault
from mockserver.model.item_text import texts, values_in
from mockserver.model.plan import Event, Item, Response
from mockserver.model.request import Asked, CreateRequest
from mockserver.spec.checks.body import check_schema
from mockserver.state.run import Run

OVERHEAD = 500  # bytes of an entry beside its two bodies


class Exchange(NamedTuple):
    """One request and what became of it. Headers have lowercase names."""

    number: int
    """Position among the workspace's requests, from 1."""
    asked: Asked
    status: int
    """The HTTP status of the answer; 0 where the client did not wait for one."""
    outcome: Outcome = UNSCRIPTED
    run: Run | None = None
    """The run of the response, for `POST /v1/responses`."""
    reply: bytes = b""
    """The body of a JSON answer that no run shows."""
    joined: int = 0
    """How many items of earlier turns joined the input."""
    began_at: float = 0.0
    """When the request had come, in seconds on the workspace's clock."""
    answered_at: float = 0.0
    """When the first byte of the answer left."""
    history: Sequence[Item] = ()
    """The items of earlier turns, where its connection may be all that remembered them."""

    @property
    def ended_at(self) -> float:
        """When the last byte of the answer was there to leave; 0 while it is not."""
        run = self.run
        if run is None or (run.done and not run.ended_at):  # there was nothing to wait for
            return self.answered_at
        return run.ended_at and max(self.answered_at, run.ended_at)

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.asked.head.method

    @property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return self.asked.head.path

    @property
    def operation(self) -> str:
        """Its name in scripts, such as `responses.create`; empty for a route that the server does not know."""
        return self.asked.head.operation

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        shown = len(self.reply) if self.run is None else self.run.rendering.size
        return OVERHEAD + len(self.asked.raw) + shown

    @property
    def identity(self) -> Mapping[str, Any]:
        """What names it where exchanges are listed as JSON."""
        return {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "connection": self.connection,
            "lane": self.lane,
        }

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        """The query's pairs, in order."""
        return self.asked.head.query

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, by lowercase name."""
        return self.asked.head.headers

    @property
    def connection(self) -> int | None:
        """The number of the WebSocket connection that it came on, from 1 in each workspace; None for HTTP."""
        channel = self.asked.head.channel
        return None if channel is None else channel.connection

    @property
    def lane(self) -> str | None:
        """The `stream_id` that it came with on a WebSocket; None without one."""
        channel = self.asked.head.channel
        return None if channel is None else channel.lane

    @property
    def raw(self) -> bytes:
        """The request's body; under a profile, translated into OpenAI's words."""
        return self.asked.raw

    @property
    def sent(self) -> bytes:
        """The request's body as it was sent."""
        return self.asked.sent

    @property
    def creates(self) -> bool:
        """Whether it asks for a new response."""
        return self.asked.head.creates

    @property
    def inserts(self) -> bool:
        """Whether it is an event on a WebSocket about a response that is being made."""
        return self.connection is not None and not self.creates

    @property
    def rule(self) -> str | None:
        """The name of the rule that answered; None for the default answer."""
        return self.outcome.by

    @property
    def miss(self) -> str | None:
        """Why no rule answered, where that is an error."""
        return self.outcome.miss

    @property
    def fault(self) -> Fault | None:
        """What went wrong on purpose."""
        return self.outcome.fault

    @property
    def body(self) -> Any:
        """The request's body as JSON; None where there is none, or none that can be read."""
        return loads_or_none(self.raw)

    @property
    def input_text(self) -> str:
        """The text of the last user message in this request's own input."""
        return self._request().user_text

    def input_items(self, kind: str | None = None) -> list[Item]:
        """This request's own input items, of one type or all."""
        return [item for item in self._request().items if kind in (None, item["type"])]

    def tool_output(self, call_id: str) -> Any:
        """The output that the client sent for a call; None where it sent none."""
        outputs = (item for item in self._request().items if item["type"].endswith("_output"))
        return next((item.get("output") for item in outputs if item.get("call_id") == call_id), None)

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The tools that this request offers: those of `tools`, then those of its input items."""
        return self._request().offered

    @property
    def response(self) -> Response | None:
        """The response object that was answered; None where the answer is not a response."""
        if self.run is not None:
            return self.run.shown()
        answered = loads_or_none(self.reply)
        return answered if isinstance(answered, dict) and answered.get("object") == "response" else None

    @property
    def events(self) -> Sequence[Event]:
        """The stream events of the response, whether or not the client asked for them."""
        return self.run.client_events() if self.run is not None else ()

    @property
    def error(self) -> dict[str, Any] | None:
        """The error object that was answered, or that of a response that failed."""
        answered = loads_or_none(self.reply) or self.response
        error = answered.get("error") if isinstance(answered, dict) else None
        return error if isinstance(error, dict) and "message" in error else None

    def report(self, *, known: str = "") -> str:
        """What was asked and answered, for people: a line for the request, and one for each thing that was said.

        Why nothing matched is left out where `known`, a text beside it, says so already.
        """
        response, error = self.response, self.error
        status = response.get("status", "without a status") if response else "completed"
        lines = [f"response {status}"] if status != "completed" else []
        lines += [_line(item) for item in response.get("output") or ()] if response else []
        if self.miss:
            lines += [] if self.miss.partition("\n")[0] in known else self.miss.splitlines()
        elif error:
            lines.append(f"error {error.get('code')}:{excerpt(error['message'], length=200)}")
        return "\n".join([str(self), *(f"    {line}" for line in lines)])

    @property
    def readable(self) -> dict[str, Any]:
        """The body where it has the shape of a request to create a response; empty otherwise."""
        body = self.body
        try:
            if self.run is None:  # what was answered has been checked
                check_schema("responses.create", body, self.asked.unchecked.without_unknown)
        except ApiError:
            return {}
        return body if isinstance(body, dict) else {}

    def _request(self) -> CreateRequest:
        return CreateRequest(self.readable)

    def __str__(self) -> str:
        asked = f" {self.asked_text()}" if self.creates else f" {self.operation}" if self.inserts else ""
        answered = "by no rule" if self.miss else f"by {self.rule}" if self.rule else "by default"
        lane = f", lane {self.lane!r}" if self.lane else ""
        socket = "" if self.connection is None else f" (connection {self.connection}{lane})"
        return f"#{self.number} {self.method} {self.path}{socket}{asked} -> {self.status or 'no answer'} {answered}"

    def asked_text(self) -> str:
        """The newest thing that was said to the model."""
        items = self._request().items
        return _line(items[-1]).removeprefix("message ") if items else "(no input)"


def _line(item: Item) -> str:
    """An item on one line: its type, its name, the beginning of what it says."""
    said = next(values_in(item), "")
    found = list(texts(said))
    text = "\n".join(found) if found else dumps(said).decode()
    name = f" {item['name']}" if item.get("name") else ""
    return f"{item['type']}{name}{excerpt(text)}"


def excerpt(text: str, *, length: int = 60) -> str:
    """The beginning of a text, quoted, with a space before it; nothing for an empty one."""
    if not text:
        return ""
    return f" {text if len(text) <= length else text[: length - 1] + '…'!r}"
