"""Profiles: how a provider that speaks the Responses API differs from OpenAI, as data, and the translator.

A profile is a file beside this one, or a user's own; `docs/profiles.md` describes its language. Requests are translated
before they are checked, responses wherever a client sees them: a run asks its dialect.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mockserver.authoring.json_path import ABSENT, Path
from mockserver.codec import dumps, loads
from mockserver.events.life import FINAL_EVENTS
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE
from mockserver.ids import fingerprint
from mockserver.model.plan import Event, Item, Response
from mockserver.spec.checks.unchecked import NOTHING, Unchecked
from mockserver.web.profiles.openapi import OpenApiDocument
from mockserver.web.profiles.refusal import Refusal
from mockserver.web.profiles.transforms import Conditions, Echo, ObjectTemplate, Row, changed, only_if_sent


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One provider's dialect. Translates without changing what it is given; what its rows say is worked out once."""

    name: str
    digest: bytes = field(default=b"", compare=False)
    """Stands for all that its file says."""
    request: tuple[Row, ...] = ()
    """From the provider's request to OpenAI's."""
    response: tuple[Row, ...] = ()
    """From OpenAI's Response object to the provider's; after `items` and `parts`."""
    items: tuple[Row, ...] = ()
    """For each output item, in responses and events."""
    parts: tuple[Row, ...] = ()
    """For each content part of an output item, in responses and events."""
    hide: tuple[Conditions, ...] = ()
    """Output items that are not shown."""
    echo: tuple[Echo, ...] = ()
    """What a response repeats of the request as it was sent."""
    if_sent: tuple[Path, ...] = ()
    """What a response shows only if the request has it."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """How response ids begin: OpenAI's prefix, the provider's."""
    events: tuple[Row, ...] = ()
    """For each stream event; after the rows for the response, item or part in it."""
    keep_events: tuple[str, ...] | None = None
    """The event types that are sent, as the provider names them; None: all."""
    drop_events: tuple[str, ...] = ()
    """Event types that are not sent."""
    last_event: ObjectTemplate | None = None
    """An event after the terminal one, filled from it."""
    websocket: bool = False
    """Whether it accepts WebSocket connections."""
    stream_end: str | None = None
    """What stands in a last `data:` line that is not an event."""
    event_lines: bool = True
    """Whether server-sent events have an `event:` line."""
    document: OpenApiDocument | None = field(default=None, compare=False)
    """The provider's OpenAPI document, which checks requests instead of OpenAI's contract."""
    unchecked: Unchecked = field(default=NOTHING, compare=False)
    """Which of OpenAI's checks requests need not pass."""
    refuse: tuple[Refusal, ...] = ()
    """What it refuses although OpenAI accepts it, by the request as it was sent."""
    endpoints: tuple[str, ...] | None = None
    """The endpoints of OpenAI's that it has, each as `METHOD /path` below `/v1`; None: all."""
    error: tuple[Row, ...] = ()
    """For the error object, with the HTTP status as its `status`."""
    error_body: ObjectTemplate | None = None
    """The body of an error reply, filled from the error object; None: the object as `error`."""

    def dialect(self, sent: bytes, body: Any = ABSENT) -> "ProfileDialect":
        """How the response to the request with this body is shown; `body` is its JSON, where it has been read."""
        return ProfileDialect(self, sent, loads(sent) if body is ABSENT and sent and self.repeated else body)

    def check(self, sent: bytes) -> None:
        """Refuse what the provider refuses, by itself or by its document. Raises: ApiError."""
        if not self.refuse and self.document is None:
            return
        body = loads(sent)
        errors = (refusal.error_for(body) for refusal in self.refuse if isinstance(body, dict))
        error = next(filter(None, errors), None)
        if error is not None:
            raise error
        if self.document is not None:
            self.document.check(body)

    def has_endpoint(self, method: str, path: str) -> bool:
        """Whether the provider has the endpoint with this path below `/v1`."""
        return self.endpoints is None or f"{method} {path}" in self.endpoints

    def request_in(self, body: Any) -> Any:
        """A request as OpenAI would be sent it; a body that is not an object stays as it is."""
        if not isinstance(body, dict):
            return body
        if isinstance(body.get("previous_response_id"), str):
            body = {**body, "previous_response_id": self.id_in(body["previous_response_id"])}
        return changed(body, self.request)

    def response_out(self, response: Response, request: Any = None) -> Response:
        """A Response object as the provider shows it; `request` is the body as it was sent, where it is known."""
        output = [self.item_out(item) for item in response.get("output", ()) if not self.hides(item)]
        shown: Response = {**response, "output": output}
        for key in ("id", "previous_response_id"):
            if isinstance(shown.get(key), str):
                shown[key] = self.id_out(shown[key])
        shown = changed(shown, self.response)
        for path in self.if_sent:
            shown = only_if_sent(shown, request, path)
        for echo in self.echo:
            shown = echo.repeat(shown, request)
        return shown

    def item_out(self, item: Item) -> Item:
        """An output item as the provider shows it."""
        if self.parts and isinstance(item.get("content"), list):
            item = {**item, "content": [changed(part, self.parts) for part in item["content"]]}
        shown: Item = changed(item, self.items)
        return shown

    def id_in(self, response_id: str) -> str:
        """A response id in OpenAI's form, for a provider's id in a path or a request."""
        for own, theirs in self.ids.items():
            response_id = _with_prefix(response_id, old=theirs, new=own)
        return response_id

    def id_out(self, response_id: str) -> str:
        """A response id in the provider's form."""
        for own, theirs in self.ids.items():
            response_id = _with_prefix(response_id, old=own, new=theirs)
        return response_id

    def error_out(self, error: dict[str, Any], status: int) -> tuple[Any, int]:
        """The whole body of an error reply, and its HTTP status."""
        message = error["message"]
        for own, theirs in self.ids.items():
            message = message.replace(f"'{own}", f"'{theirs}")
        shown = changed({**error, "message": message, "status": status}, self.error)
        status = shown["status"] if isinstance(shown.get("status"), int) else status
        if self.error_body is not None:
            return self.error_body.fill(shown), status
        return {"error": {key: value for key, value in shown.items() if key != "status"}}, status

    @cached_property
    def repeated(self) -> Sequence[str]:
        """The keys of a request that its response may depend on as they were sent."""
        paths = (*self.if_sent, *(echo.path for echo in self.echo))
        return sorted({str(path[0]) for path in paths})

    @cached_property
    def templated(self) -> bool:
        """Whether no row asks for a number, as ids, times and token counts are marks where a template is made."""
        rows = (*self.response, *self.items, *self.parts, *self.events)
        conditions = (*self.hide, *(row.where for row in rows))
        return not any(isinstance(wanted, int | float) for each in conditions for _, wanted in each.wanted)

    @cached_property
    def plain_key(self) -> bytes:
        """Stands for the profile where a response repeats nothing of its request."""
        return fingerprint(self.digest)

    def hides(self, item: Item) -> bool:
        """Whether an output item is not shown."""
        return any(conditions.hold(item) for conditions in self.hide)

    def event_out(self, event: Event, request: Any) -> Event | None:
        """One event by itself, or None where the provider does not send it."""
        shown = dict(event)
        if isinstance(event.get("response"), dict):
            shown["response"] = self.response_out(event["response"], request)
        if isinstance(event.get("item"), dict):
            shown["item"] = self.item_out(event["item"])
        if isinstance(event.get("part"), dict):
            shown["part"] = changed(event["part"], self.parts)
        shown = changed(shown, self.events)
        kind = shown["type"]
        sent = kind not in self.drop_events and (self.keep_events is None or kind in self.keep_events)
        return shown if sent else None


class ProfileStream:
    """The events of one stream, one at a time, as a provider sends them: numbered anew, without hidden items."""

    def __init__(self, profile: Profile, request: Any = None) -> None:
        self._profile = profile
        self._request = request
        self._added: Event | None = None
        self._hidden = 0
        self._number = 0

    def feed(self, event: Event) -> Iterator[Event]:
        """What is sent for one more event.

        An item that opens is held back until the next event: one that is done at once may have to be hidden.
        """
        added, self._added = self._added, None
        if added is not None:
            if event["type"] == ITEM_DONE and self._profile.hides(event["item"]):
                self._hidden += 1
                return
            yield from self._send(added)
        if event["type"] == ITEM_ADDED and self._profile.hide:
            self._added = event
        else:
            yield from self._send(event)

    def _send(self, event: Event) -> Iterator[Event]:
        if self._hidden and "output_index" in event:
            event = {**event, "output_index": event["output_index"] - self._hidden}
        shown = self._profile.event_out(event, self._request)
        if shown is not None:
            yield self._numbered(shown)
            if self._profile.last_event is not None and event["type"] in FINAL_EVENTS:
                yield self._numbered(self._profile.last_event.fill(shown))

    def _numbered(self, event: Event) -> Event:
        number, self._number = self._number, self._number + 1
        return {**event, "sequence_number": number} if "sequence_number" in event else event


class ProfileDialect:
    """A profile, and the body of the request whose response is shown."""

    def __init__(self, profile: Profile, sent: bytes, body: Any) -> None:
        self.sent = sent
        self.stream_end = profile.stream_end
        self.event_lines = profile.event_lines
        self.unchecked = profile.unchecked
        self.templated = profile.templated
        self._profile = profile
        known = body if isinstance(body, dict) else {}
        self._request: Mapping[str, Any] = {key: known[key] for key in profile.repeated if key in known}
        """What a response may repeat of it: no more of a body is kept than that."""

    def check_request(self) -> None:
        """Refuse what the provider refuses. Raises: ApiError."""
        self._profile.check(self.sent)

    @cached_property
    def key(self) -> bytes:
        """Stands for the profile, and for the parts of the request that it repeats."""
        profile = self._profile
        return fingerprint(profile.digest + dumps(self._request)) if self._request else profile.plain_key

    def response(self, response: Response) -> Response:
        """A response as the provider shows it."""
        return self._profile.response_out(response, self._request)

    def events(self, events: Iterable[Event]) -> Iterator[Sequence[Event]]:
        """For each event of a stream, the events that the provider sends."""
        stream = ProfileStream(self._profile, self._request)
        for event in events:
            yield list(stream.feed(event))

    def response_id(self, response_id: str) -> str:
        """The id of a response as the provider shows it."""
        return self._profile.id_out(response_id)


def _with_prefix(text: str, *, old: str, new: str) -> str:
    """The text with another prefix; one that has the new prefix stays, as every text begins with an empty old one."""
    return new + text.removeprefix(old) if text.startswith(old) and not (new and text.startswith(new)) else text
