"""A WebSocket client by hand, which no library stands before: it shows each frame, and how the connection ended."""

import json
import socket
import struct
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final, Self
from urllib.parse import urlsplit

from tests.support.http import TIMEOUT, Reply, send

TEXT: Final = 1
BINARY: Final = 2
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10
FINAL: Final = frozenset({"response.completed", "response.failed", "response.incomplete", "error"})
"""Events after which a response says nothing more."""
DROPPED: Final = 1006
"""How RFC 6455 calls the end of a connection without a close."""
_KEY: Final = b64encode(b"sixteen bytes of").decode()
_ACCEPT: Final = b64encode(sha1(f"{_KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()  # noqa: S324
HANDSHAKE: Final[Mapping[str, str]] = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": _KEY,
}


class ClosedError(Exception):
    """The server has closed the connection."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with code {code}")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame as it came."""

    opcode: int
    payload: bytes
    compressed: bool = False


def refused(base_url: str, *, key: str | None = None, headers: Mapping[str, str | None] | None = None) -> Reply:
    """The HTTP reply to a handshake that is refused; a header that is None is left out."""
    given = {name: value for name, value in {**HANDSHAKE, **(headers or {})}.items() if value is not None}
    return send(base_url, "GET", "/v1/responses", key=key, headers=given)


def frame_of(payload: bytes, *, opcode: int = TEXT) -> bytes:
    """A frame of a client, which has to be masked."""
    size = len(payload)
    length = struct.pack("!B", 128 | size) if size < 126 else b""
    length = length or (struct.pack("!BH", 254, size) if size < 1 << 16 else struct.pack("!BQ", 255, size))
    return bytes([128 | opcode]) + length + bytes(4) + payload  # a mask of zeros changes nothing


def handshake(host: str, *, key: str | None = None, headers: Mapping[str, str] | None = None, query: str = "") -> bytes:
    """The request that opens a connection."""
    known = {"host": host, **HANDSHAKE, **(headers or {})}
    known |= {"authorization": f"Bearer {key}"} if key is not None else {}
    lines = [f"GET /v1/responses{query} HTTP/1.1", *(f"{name}: {value}" for name, value in known.items()), "", ""]
    return "\r\n".join(lines).encode()


class WebSocket:
    """One connection to `/v1/responses`."""

    def __init__(
        self, base_url: str, *, key: str | None = None, headers: Mapping[str, str] | None = None, query: str = ""
    ) -> None:
        place = urlsplit(base_url)
        self._socket = socket.create_connection((place.hostname, place.port), timeout=TIMEOUT)
        self._received = b""
        self._socket.sendall(handshake(place.netloc, key=key, headers=headers, query=query))
        self.head = self._read_head()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _read_head(self) -> dict[str, str]:
        """The headers of the handshake's reply, by lowercase name."""
        while b"\r\n\r\n" not in self._received:
            more = self._socket.recv(1 << 16)
            assert more, self._received
            self._received += more
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        assert status.startswith("HTTP/1.1 101 "), self._received
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        assert headers["sec-websocket-accept"] == _ACCEPT
        return headers

    def send(self, *events: Mapping[str, Any]) -> None:
        """Send events, each as a text frame."""
        for event in events:
            self.send_frame(json.dumps(event).encode())

    def create(self, body: Mapping[str, Any], **more: Any) -> None:
        """Send a `response.create`."""
        self.send({"type": "response.create", **body, **more})

    def send_frame(self, payload: bytes, *, opcode: int = TEXT) -> None:
        """Send a frame."""
        self._socket.sendall(frame_of(payload, opcode=opcode))

    def frame(self) -> Frame:
        """The next frame, of whatever kind. Raises: ClosedError where the connection ends without a close."""
        self._fill(2)
        first, size = self._received[0], self._received[1] & 127
        head = {126: 4, 127: 10}.get(size, 2)
        self._fill(head)
        size = int.from_bytes(self._received[2:head]) if head > 2 else size
        self._fill(head + size)
        payload, self._received = self._received[head : head + size], self._received[head + size :]
        return Frame(opcode=first & 15, payload=payload, compressed=bool(first & 64))

    def _fill(self, size: int) -> None:
        """Receive until there are so many bytes; where the connection ends before, what has come stays."""
        while len(self._received) < size:
            try:
                more = self._socket.recv(1 << 20)
            except ConnectionResetError:
                more = b""
            if not more:
                raise ClosedError(DROPPED)
            self._received += more

    def text(self) -> bytes:
        """The next text frame. Raises: ClosedError where the server closes."""
        while (frame := self.frame()).opcode != TEXT:
            if frame.opcode == CLOSE:
                code = struct.unpack("!H", frame.payload[:2])[0] if frame.payload else 1005
                with suppress(ConnectionError):  # it may not wait for the answer
                    self.send_frame(frame.payload[:2], opcode=CLOSE)
                raise ClosedError(code)
        return frame.payload

    def event(self) -> Any:
        """The next event."""
        return json.loads(self.text())

    def events(self) -> list[Any]:
        """All events of one response, or the error that comes instead."""
        events = [self.event()]
        while not _is_last(events[-1]):
            events.append(self.event())
        return events

    def ask(self, body: Mapping[str, Any], **more: Any) -> list[Any]:
        """Send a `response.create`; all events of the answer."""
        self.create(body, **more)
        return self.events()

    def quiet(self, seconds: float = 0.1) -> bool:
        """Whether nothing has come that has not been read, nor comes for so long."""
        if self._received:
            return False
        self._socket.settimeout(seconds)
        try:
            self._received += self._socket.recv(1 << 20)
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(TIMEOUT)
        return False

    def close(self, code: int = 1000) -> int:
        """Close, and wait for the server's answer; the code that it closes with."""
        self.send_frame(struct.pack("!H", code), opcode=CLOSE)
        try:
            while True:
                self.text()
        except ClosedError as closed:
            return closed.code

    def reset(self) -> None:
        """Cut the connection without a close, and without waiting for what is on its way."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def _is_last(event: Mapping[str, Any]) -> bool:
    """Whether a response says nothing more; an `error` with a number is followed by the response that failed."""
    return event["type"] in FINAL and not (event["type"] == "error" and "sequence_number" in event)


def by_lane(events: Iterable[Any]) -> dict[str | None, list[Any]]:
    """Events by their lane."""
    lanes: dict[str | None, list[Any]] = {}
    for event in events:
        lanes.setdefault(event.get("stream_id"), []).append(event)
    return lanes
