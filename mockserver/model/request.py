"""Requests: as they arrive, as they have been checked, and the questions that responders and matchers ask of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from mockserver.codec import dumps
from mockserver.ids import STORED, UNSTORED, fingerprint
from mockserver.model.dialect import Dialect
from mockserver.model.item_text import text_in
from mockserver.model.plan import Item
from mockserver.model.tools import with_tools_in
from mockserver.spec.checks.unchecked import NOTHING, Unchecked


class Channel(NamedTuple):
    """Where a request came from that is an event on a WebSocket."""

    connection: int
    """The number of the connection among those of its workspace, from 1."""
    lane: str | None = None
    """The `stream_id`; None for the default lane."""


class RequestHead:
    """The head of a request. Clients send the same heads again and again, so one object serves all requests of a head.

    Two heads are equal only if they are the same object: what is remembered of a request belongs to its head too.
    """

    __slots__ = (
        "channel",
        "creates",
        "headers",
        "method",
        "operation",
        "origin",
        "path",
        "query",
        "target",
        "warms_up",
    )

    def __init__(
        self,
        method: str,
        path: str,
        *,
        target: str = "",
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        creates: bool = False,
        operation: str = "",
        origin: str = "",
        channel: Channel | None = None,
        warms_up: bool = False,
    ) -> None:
        self.method = method
        self.path = path
        """Decoded, without the query."""
        self.target = target or path
        """Path and query as they were sent."""
        self.query = query
        self.headers = headers or {}
        """By lowercase name."""
        self.creates = creates
        """Whether it asks for a new response."""
        self.operation = operation
        """The name of its route, such as `responses.retrieve`; empty where no route has it."""
        self.origin = origin
        """The page that asks, where pages of other origins may; else empty."""
        self.channel = channel
        """Where it came from, if that is a WebSocket; all the rest is what the same request has over HTTP."""
        self.warms_up = warms_up
        """Whether it only prepares a later request: `generate: false`, on a WebSocket."""


HEADLESS = RequestHead("POST", "/v1/responses")
"""The head of a request that came with none."""


class CreateRequest:
    """A checked body of `POST /v1/responses`, with the items of earlier turns that join its input.

    `items` is this request's input, each item with its `type`; where it held references, the caller states what they
    stand for. `head` is the head that it came with, `raw` the body as it was sent.
    """

    method = "POST"
    path = "/v1/responses"
    operation = "responses.create"

    def __init__(
        self,
        body: dict[str, Any],
        *,
        history: Sequence[Item] = (),
        items: list[Item] | None = None,
        head: RequestHead | None = None,
        raw: bytes = b"",
    ) -> None:
        self.body = body
        self.history = history
        self.items = typed_items(body.get("input")) if items is None else items
        self.head = head or HEADLESS
        self.raw = raw
        self.model: str = body.get("model") or ""
        """The model as asked for; empty where a stored prompt names it that is not known."""
        self.stream = bool(body.get("stream"))
        """Whether events are asked for."""
        self.background = bool(body.get("background"))
        """Whether the answer is made while the client goes on."""
        self.conversation_id = conversation_id_of(body) if body.get("conversation") else None
        """The conversation that it belongs to, whatever form the body uses."""
        self.stored = body.get("store") is not False
        """Whether the response can be retrieved later."""
        self.tools: list[dict[str, Any]] = body.get("tools") or []
        """Its parameter `tools`."""
        plain = not history and isinstance(body.get("input"), str)  # most requests are, and have no items to ask
        self.offered = self.tools if plain else with_tools_in([*history, *self.items], tools=self.tools)
        """The tools that the model may call: those of `tools`, then those of items in its context, each once."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that it came with, by lowercase name."""
        return self.head.headers

    @property
    def transport(self) -> str:
        """How it came: `http` or `websocket`."""
        return "http" if self.head.channel is None else "websocket"

    @property
    def lane(self) -> str | None:
        """The lane of the WebSocket that it came on, as its `stream_id` names it; None for the default lane."""
        return None if self.head.channel is None else self.head.channel.lane

    @cached_property
    def warms_up(self) -> bool:
        """Whether it only prepares a later request, and no output is to be made. Source: openai 3.52.0, both ways."""
        options = self.body.get("prompt_cache_options")
        return self.head.warms_up or (isinstance(options, dict) and options.get("prewarm") is True)

    @property
    def content(self) -> bytes:
        """Stands for the request however it is delivered: the same text answers it as JSON and as a stream."""
        return dumps({key: value for key, value in self.body.items() if key not in TRANSPORT})

    @property
    def text_format(self) -> Mapping[str, Any]:
        """What `text.format` asks for; empty where it says nothing."""
        return (self.body.get("text") or {}).get("format") or {}

    @cached_property
    def include(self) -> frozenset[str]:
        """The extra data asked for."""
        return frozenset(self.body.get("include") or ())

    @cached_property
    def context(self) -> list[Item]:
        """Everything the model would see, oldest first: earlier turns, then this request's input."""
        return [*self.history, *self.items]

    @cached_property
    def turn(self) -> list[Item]:
        """What came since the last user message, without it."""
        return self.context[self._last_user + 1 :]

    @cached_property
    def user_text(self) -> str:
        """The text of the last user message; empty where there is none."""
        return text_of(self.context[self._last_user]) if self._last_user >= 0 else ""

    @cached_property
    def _last_user(self) -> int:
        for position in range(len(self.context) - 1, -1, -1):
            if self.context[position].get("role") == "user":
                return position
        return -1


def conversation_id_of(body: Mapping[str, Any]) -> str | None:
    """The conversation that a body names, whatever form it uses."""
    named = body.get("conversation")
    return named["id"] if isinstance(named, dict) else named


def typed_items(given: Any) -> list[Item]:
    """An `input` as items, each with its `type`."""
    if not given:
        return []
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return [item if item.get("type") else {"type": "message", **item} for item in given]


def text_of(item: Item) -> str:
    """All text of a message, of its parts in order, joined by line ends."""
    return text_in(item.get("content"))


class Delivery(NamedTuple):
    """How a response reaches its client."""

    streamed: bool = False
    """Whether its request asked for events."""
    background: bool = False
    """Whether it is made while its client goes on."""


class CheckedRequest:
    """A request to create a response that has passed all checks, and what follows from it."""

    __slots__ = (
        "__dict__",
        "delivery",
        "flag",
        "length_matters",
        "partition",
        "prompt_tokens",
        "refers",
        "request",
        "stored_input",
        "warms_up",
    )

    def __init__(self, request: CreateRequest, *, partition: str | None, stored_input: list[Item] | None) -> None:
        self.request = request
        self.partition = partition
        """The partition that the response joins; None for one of its own."""
        self.stored_input = stored_input
        """The input as it has to be stored, where it held references to items; else it follows from the bytes."""
        self.refers = bool(request.body.get("previous_response_id") or request.conversation_id)
        """Whether it names another object, which its response names too."""
        self.delivery = Delivery(request.stream, request.background)
        self.flag = STORED if request.stored else UNSTORED
        self.warms_up = request.warms_up
        self.length_matters = bool(request.body.get("context_management"))
        """Whether the answer depends on how long the input is."""
        self.prompt_tokens: int | None = None
        """The tokens of all that the model would see, once they have been counted."""

    @cached_property
    def content(self) -> bytes:
        """Stands for the request however it is delivered."""
        return self.request.content

    @cached_property
    def shape(self) -> bytes:
        """Stands for all that a response shows of its request, whatever the input says beside the tools it offers."""
        request = self.request
        offered = None if request.offered is request.tools else request.offered
        refers = {key: bool(request.body.get(key)) for key in REFERRING}
        return fingerprint(dumps({**request.body, "input": offered, **refers}))


TRANSPORT = frozenset({"stream", "stream_options", "background", "store"})
REFERRING = ("previous_response_id", "conversation")
"""Keys of a request that name another object, whose id its response shows too."""


class Asked:
    """One request, byte for byte, and all that has been found out about it.

    Whatever follows from the bytes alone is found once: one that comes again is answered by the same object.
    """

    __slots__ = ("checked", "dialect", "head", "key", "raw", "repeated", "rules")

    def __init__(self, head: RequestHead, raw: bytes = b"", *, dialect: Dialect | None = None) -> None:
        self.head = head
        self.raw = raw
        """The body; under a profile, translated into OpenAI's words."""
        self.dialect = dialect
        """Under a profile, how the response is shown."""
        self.key = fingerprint(raw)
        """Stands for the body."""
        self.repeated = False
        """Whether it has come before."""
        self.checked: CheckedRequest | None = None
        """The request as it was read, where that follows from its bytes alone."""
        self.rules: Any = None
        """What the script remembers of it: which rules it may be meant for."""

    @property
    def sent(self) -> bytes:
        """The body as it was sent."""
        return self.raw if self.dialect is None else self.dialect.sent

    @property
    def unchecked(self) -> Unchecked:
        """Which checks it need not pass."""
        return NOTHING if self.dialect is None else self.dialect.unchecked
