"""An HTTP client by hand, which no SDK and no library stands before: it shows what came, and how it ended."""

import json
import re
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self
from urllib.parse import urlsplit

TIMEOUT = 30.0  # seconds without a byte after which a reply that should have come is taken for stuck
CHUNKED = re.compile(rb"^transfer-encoding: *chunked\r?$", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"^content-length: *(\d+)\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as it came over the socket."""

    head: bytes
    """The status line and the headers, without the empty line."""
    sent: bytes
    """What followed the head, chunk sizes and all."""
    end: Literal["whole", "closed", "open"] = "whole"
    """Whether all of it came, the server closed before, or nothing more came for as long as the caller waited."""
    reads: int = 1
    """In how many pieces it came."""

    @property
    def status(self) -> int:
        return int(self.head.split(b" ", 2)[1])

    @property
    def lines(self) -> list[str]:
        """The head, line by line."""
        return self.head.decode("latin-1").split("\r\n")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """In the order of the wire, names in lowercase, repeated ones repeated."""
        split = (line.partition(":") for line in self.lines[1:])
        return tuple((name.lower(), value.strip()) for name, _, value in split)

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)

    @property
    def length(self) -> int:
        """What `content-length` says."""
        found = LENGTH.search(self.head)
        assert found is not None, self.head
        return int(found[1])

    @property
    def body(self) -> bytes:
        """Out of its chunks, as far as they have come."""
        return unchunked(self.sent)[0] if CHUNKED.search(self.head) else self.sent

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The `data:` of each event."""
        return [data_of(frame) for frame in self.body.split(b"\n\n") if frame]

    @property
    def types(self) -> list[str]:
        """The type of each event."""
        return [event["type"] for event in self.events]


class Raw(Protocol):
    """`raw(method, path, body=None, key=…, headers=…)` sends one request and gives the `Reply`."""

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Reply: ...


class Connection:
    """One connection to a server, for any number of requests, one after the other."""

    def __init__(self, base_url: str, *, timeout: float = TIMEOUT) -> None:
        place = urlsplit(base_url)
        self._host = place.netloc
        self._timeout = timeout
        self._socket = socket.create_connection((place.hostname, place.port), timeout=timeout)
        self._method = ""
        self._received = b""
        self._reads = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Close it without waiting for what is still on its way."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        version: str = "1.1",
    ) -> None:
        """Send a request: `body` is bytes as they are, or anything else as JSON; `path` follows the origin.

        A header that is None is left out.
        """
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        known: dict[str, str | None] = {"host": self._host}
        known |= {"authorization": f"Bearer {key}"} if key is not None else {}
        known |= {"content-type": "application/json"} if sent is not None else {}
        known |= {"content-length": str(len(sent or b""))} if sent is not None or method != "GET" else {}
        known |= headers or {}
        lines = [f"{name}: {value}" for name, value in known.items() if value is not None]
        self._method, self._received, self._reads = method, b"", 0
        head = "\r\n".join([f"{method} {path} HTTP/{version}", *lines, "", ""])
        self._socket.sendall(head.encode("latin-1") + (sent or b""))

    def reply(self, *, patience: float | None = None) -> Reply:
        """The reply to the request, to its end; with `patience`, one that stalls is waited for so many seconds."""
        while not (reply := self._so_far()) or reply.end == "open":
            self._socket.settimeout(patience if patience and self._received else self._timeout)
            try:
                more = self._read()
            except TimeoutError:
                if patience is None or reply is None:
                    raise
                return reply
            if not more:
                return self._so_far(end="closed") or Reply(head=b"", sent=b"", end="closed", reads=self._reads)
        return reply

    def events(self) -> Iterator[Any]:
        """The events of the reply to the request, each when it has come, to its end or where the server closes."""
        told = 0
        while True:
            reply = self._so_far()
            frames = reply.body.split(b"\n\n")[:-1] if reply else []
            yield from map(data_of, frames[told:])
            told = len(frames)
            if (reply and reply.end == "whole") or not self._read():
                return

    def is_closed(self) -> bool:
        """Whether the server closes it, and sends nothing more."""
        return not self._read()

    def _read(self) -> bytes:
        more = self._socket.recv(1 << 20)
        self._received += more
        self._reads += 1
        return more

    def _so_far(self, *, end: Literal["closed", "open"] = "open") -> Reply | None:
        """The reply as far as it has come; None before its head has."""
        head, found, sent = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        whole = self._is_whole(head, sent)
        return Reply(head=head, sent=sent, end="whole" if whole else end, reads=self._reads)

    def _is_whole(self, head: bytes, sent: bytes) -> bool:
        if self._method == "HEAD" or head.split(b" ", 2)[1] in {b"204", b"304"}:
            return True
        if CHUNKED.search(head):
            return sent.endswith(b"0\r\n\r\n") and unchunked(sent)[1]
        length = LENGTH.search(head)
        return length is not None and len(sent) >= int(length[1])


def send(
    base_url: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """One request on a connection of its own, whose reply has to be whole."""
    with Connection(base_url) as connection:
        connection.request(method, path, body, key=key, headers=headers)
        reply = connection.reply()
    assert reply.end == "whole", reply
    return reply


def refusal(message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The body of an error reply."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def unchunked(sent: bytes) -> tuple[bytes, bool]:
    """A body out of its chunks as far as they have come, and whether the last one has."""
    chunks: list[bytes] = []
    start = 0
    while (line_end := sent.find(b"\r\n", start)) >= 0:
        size, start = int(sent[start:line_end], 16), line_end + 2
        if not size:
            return b"".join(chunks), sent[start:] == b"\r\n"
        chunks.append(sent[start : start + size])
        start += size + 2
    return b"".join(chunks), False


def data_of(frame: bytes) -> Any:
    """The payload of an event that stands on the wire as `event: …`, `data: …`, or without the first line."""
    return json.loads(frame.partition(b"data: ")[2])
