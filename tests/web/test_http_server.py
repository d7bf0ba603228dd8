"""What is no request gets an error in OpenAI's shape, and clients that stop do not hold a connection for ever."""

import logging
import select
import socket
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver import MockServer, Settings
from tests.support.bodies import ask
from tests.support.http import Connection, Reply

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

KEY = "sk-secret-of-the-client"
HEAD = (
    "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Authorization: Bearer {KEY}\r\n"
)
SECONDS = 10


def connected(server: MockServer) -> socket.socket:
    place = urlsplit(server.base_url)
    return socket.create_connection((place.hostname, place.port), timeout=SECONDS)


def answer(server: MockServer, sent: bytes) -> Reply:
    """What comes back for these bytes until the server closes the connection."""
    received = b""
    with connected(server) as client:
        client.sendall(sent)
        while more := client.recv(1 << 16):
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    return Reply(head=head, sent=body, end="whole", reads=0)


NO_REQUESTS = [
    pytest.param(b"FOO /v1/responses HTTP/1.1\r\nHost: x\r\n\r\n", 405, id="method"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 405, id="TLS"),
    pytest.param(b"GET /v1/responses/%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 9000), 431, id="long URL"),
    pytest.param(b"%sX: %s\r\n\r\n" % (HEAD.encode(), b"x" * 9000), 431, id="long header"),
    pytest.param(b"%s%s\r\n" % (HEAD.encode(), b"".join(b"X-%d: 1\r\n" % n for n in range(200))), 431, id="headers"),
    pytest.param(b"%sX: a\x00b\r\n\r\n" % HEAD.encode(), 400, id="header with NUL"),
    pytest.param(b"%sno header\r\n\r\n" % HEAD.encode(), 400, id="header without a colon"),
    pytest.param(b"%sContent-Length: x\r\n\r\n" % HEAD.encode(), 400, id="length"),
    pytest.param(b"GET / SPDY/3\r\n\r\n", 400, id="other protocol"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="preface of HTTP/2"),
    pytest.param(b"%sContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc" % HEAD.encode(), 415, id="packed with br"),
]


@pytest.mark.parametrize(("sent", "status"), NO_REQUESTS)
def test_what_is_no_request_gets_an_error_body(
    server: MockServer, caplog: pytest.LogCaptureFixture, sent: bytes, status: int
):
    with caplog.at_level(logging.INFO):
        reply = answer(server, sent)

    assert (reply.status, reply.header("content-type")) == (status, "application/json")
    assert list(reply.json["error"]) == ["message", "type", "param", "code"]
    assert KEY not in reply.body.decode()
    assert caplog.messages == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_other_versions_of_http_are_answered(server: MockServer, version: str, stream: Any):
    with Connection(server.base_url) as connection:
        connection.request("POST", "/v1/responses", ask(stream=stream), key="k", version=version)
        reply = connection.reply()

    assert reply.status == 200
    assert reply.events if stream else reply.json["status"] == "completed"


def test_body_packed_with_zstd_is_read(server: MockServer):
    body = zstd.compress(b'{"model": "gpt-4o", "input": "packed"}')
    workspace = server.workspace()
    with Connection(server.base_url) as connection:
        headers = {"content-encoding": "zstd"}
        connection.request("POST", "/v1/responses", body, key=workspace.api_key, headers=headers)
        reply = connection.reply()

    assert reply.status == 200
    assert workspace.requests[-1].body["input"] == "packed"


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_body_that_is_not_packed_as_it_says(server: MockServer, caplog: pytest.LogCaptureFixture, encoding: str):
    head = f"{HEAD}Content-Encoding: {encoding}\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
    with caplog.at_level(logging.INFO):
        reply = answer(server, head.encode() + b"abc")

    assert (reply.status, reply.json["error"]["code"]) == (400, "invalid_body")
    assert caplog.messages == []


def test_chunks_that_are_none(server: MockServer, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        reply = answer(server, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode() + b"zz\r\nabc\r\n0\r\n\r\n")

    assert (reply.status, reply.header("content-type")) == (400, "application/json")
    assert caplog.messages == []


@pytest.fixture
def impatient() -> Iterator[MockServer]:
    with MockServer(Settings(client_timeout=0.2)) as server:
        yield server


@pytest.mark.parametrize("sent", [b"", HEAD[:40].encode()], ids=["nothing", "half a head"])
def test_connection_without_a_request_is_closed(impatient: MockServer, sent: bytes):
    assert answer(impatient, sent).head == b""


def test_connection_that_is_not_used_again_is_closed(impatient: MockServer):
    with Connection(impatient.base_url) as connection:
        connection.request("POST", "/v1/responses", ask(), key="k")
        assert connection.reply().status == 200
        assert connection.is_closed()


def test_body_that_does_not_go_on_gets_an_error(impatient: MockServer):
    reply = answer(impatient, f"{HEAD}Content-Length: 100\r\n\r\n".encode() + b'{"model"')

    assert (reply.status, reply.json["error"]["code"]) == (408, "client_too_slow")
    assert "within 0.2 seconds" in reply.json["error"]["message"]


def test_client_that_does_not_read_is_cut_off(impatient: MockServer):
    workspace = impatient.workspace()
    workspace.on().reply("x" * (64 << 20))
    with connected(impatient) as client:
        client.sendall(f"{HEAD}Content-Length: 32\r\n\r\n".replace(KEY, workspace.api_key).encode())
        client.sendall(b'{"model": "gpt-4o", "input": ""}')
        events = select.poll()
        events.register(client, select.POLLRDHUP)
        ended = events.poll(SECONDS * 1000)

    assert ended


def test_client_that_waits_for_a_slow_reply_is_not_cut_off(impatient: MockServer):
    workspace = impatient.workspace(pace=20)
    workspace.on().reply("a b c d e f g h i j k l")
    with Connection(impatient.base_url) as connection:
        connection.request("POST", "/v1/responses", ask(), key=workspace.api_key)
        assert connection.reply().status == 200
