"""What a recorded provider sent, beside what this server sends as OpenAI for the same requests."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from mockserver.cassette.sse import read_stream
from mockserver.codec import JsonObject, dumps, loads
from mockserver.model.plan import Event, Response
from mockserver.model.recorded import RecordedExchange
from mockserver.server import MockServer
from mockserver.web.paths import api_path

CREATE: Final = "/v1/responses"
STATE: Final = frozenset({"previous_response_id", "conversation"})
"""What a request names in the state of another server."""
TIMEOUT: Final = 60.0
OK: Final = 200


class ObservedAnswer(NamedTuple):
    """A reply: a response, perhaps with its stream, or an error."""

    status: int
    body: Any = None
    """The response, or the body of an error."""
    events: Sequence[Event] = ()


class Observed(NamedTuple):
    """One request, and both answers to it."""

    request: JsonObject
    ours: ObservedAnswer
    theirs: ObservedAnswer
    other_frames: Sequence[str] = ()
    """What their stream held besides events, at its end."""
    websocket: bool = False


def observed(exchanges: Sequence[RecordedExchange]) -> Iterator[Observed]:
    """The recorded requests that create a response, each with both answers; what cannot be read is left out."""
    with MockServer() as server, closing(_Asking(server)) as asking:
        for exchange in exchanges:
            request = exchange.request_body
            path = api_path(exchange.url_path.partition("?")[0])
            if exchange.method != "POST" or path != CREATE or not isinstance(request, dict):
                continue
            body = exchange.body if exchange.events is None else final_response(exchange.events)
            if isinstance(body, dict):
                theirs = ObservedAnswer(exchange.status, body, exchange.events or ())
                ends = [text for at, text in exchange.other_frames if at == len(theirs.events)]
                ours = asking.ask(_alone(request))
                for key in STATE & request.keys() & body.keys():
                    ours.body[key] = body[key]  # it was not asked for
                yield Observed(request, ours, theirs, ends, exchange.channel is not None)


def final_response(events: Sequence[Event]) -> Response | None:
    """The response as a stream shows it last."""
    shown = (event["response"] for event in reversed(events) if isinstance(event.get("response"), dict))
    return next(shown, None)


def _alone(request: JsonObject) -> JsonObject:
    """A request without what it names in the state of another server."""
    return {key: value for key, value in request.items() if key not in STATE}


class _Asking:
    """Asks a server that speaks like OpenAI."""

    def __init__(self, server: MockServer) -> None:
        workspace = server.workspace()
        place = urlsplit(workspace.base_url)
        self._connection = HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
        self._headers: Mapping[str, str] = {
            "authorization": f"Bearer {workspace.api_key}",
            "content-type": "application/json",
        }

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, request: JsonObject) -> ObservedAnswer:
        """This server's answer."""
        self._connection.request("POST", CREATE, dumps(request), dict(self._headers))
        reply = self._connection.getresponse()
        text = reply.read()
        if reply.status != OK or not request.get("stream"):
            return ObservedAnswer(reply.status, loads(text))
        events = read_stream(text)[0]
        return ObservedAnswer(reply.status, final_response(events), events)
