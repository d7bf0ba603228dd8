"""What HTTP has exceptions for, over a socket of our own: bytes as they stand on the wire."""

import re
from typing import Any

import pytest
from multidict import CIMultiDict

from mockserver import Workspace
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from mockserver.web.headers import Head
from tests.support.http import Connection

MODEL = ("GET", "/v1/models/gpt-4o")
STREAM = ("POST", "/v1/responses", {"model": "gpt-4.1", "input": "Say hello.", "stream": True})


def exchanged(workspace: Workspace, request: tuple[Any, ...], **options: Any) -> tuple[list[str], str]:
    """Send one request, with which the connection is to close; the head of the reply in lines, and what follows it."""
    with Connection(workspace.base_url) as connection:
        connection.request(*request, key=workspace.api_key, **options)
        reply = connection.reply()
        assert connection.is_closed()
    return reply.lines, reply.sent.decode()


def test_connection_that_the_client_closes_is_closed(workspace):
    head, body = exchanged(workspace, MODEL, headers={"connection": "close"})
    assert head[0] == "HTTP/1.1 200 OK"
    assert "Connection: close" in head
    assert f"Content-Length: {len(body)}" in head


def test_stream_is_one_chunk_where_nothing_is_waited_for(workspace):
    head, body = exchanged(workspace, STREAM, headers={"connection": "close"})
    size, _, rest = body.partition("\r\n")
    assert "Transfer-Encoding: chunked" in head
    assert not any(line.lower().startswith("content-length") for line in head)
    assert rest[int(size, 16) :] == "\r\n0\r\n\r\n"
    assert rest.startswith("event: response.created\n")


def test_date_is_an_http_date(workspace):
    head, _ = exchanged(workspace, MODEL, headers={"connection": "close"})
    (date,) = [line for line in head if line.startswith("Date: ")]
    assert re.fullmatch(r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date)


@pytest.mark.parametrize("request_", [pytest.param(MODEL, id="json"), pytest.param(STREAM, id="stream")])
def test_old_clients_are_told_no_chunks(workspace, request_):
    head, body = exchanged(workspace, request_, version="1.0")
    assert head[0] == "HTTP/1.0 200 OK"
    assert not any(line.lower().startswith("transfer-encoding") for line in head)
    assert body[0] in "{e"


def test_head_is_answered_without_a_body(workspace):
    head, body = exchanged(workspace, ("HEAD", "/v1/models/gpt-4o"), headers={"connection": "close"})
    assert head[0] == "HTTP/1.1 200 OK"
    assert "content-type: application/json" in [line.lower() for line in head]
    assert body == ""


def test_head_of_what_cannot_be_read_is_refused(workspace):
    head, body = exchanged(workspace, ("HEAD", "/v1/responses"), headers={"connection": "close"})
    assert (head[0], body) == ("HTTP/1.1 405 Method Not Allowed", "")


@pytest.mark.parametrize(
    ("recorded", "framing"),
    [
        pytest.param(RecordedExchange(request_body={}, status=204), None, id="no-content"),
        pytest.param(
            RecordedExchange(request_body={}, status=204, body={"edited": True}), None, id="content-of-no-content"
        ),
        pytest.param(
            RecordedExchange(request_body={}, events=[]), "transfer-encoding: chunked", id="stream-without-events"
        ),
    ],
)
def test_recording_without_a_body_ends_with_its_head(workspace, tmp_path, recorded, framing):
    with CassetteWriter(tmp_path / "empty.yaml", header=Header(upstream="https://api.openai.com")) as writer:
        writer.add(recorded)
    workspace.replay(tmp_path / "empty.yaml")
    head, body = exchanged(workspace, ("POST", "/v1/responses", {}), headers={"connection": "close"})
    told = [line.lower() for line in head if line.lower().startswith(("transfer-encoding", "content-length"))]
    assert head[0].startswith(f"HTTP/1.1 {recorded.status} ")
    assert (told, body) == (([framing], "0\r\n\r\n") if framing else ([], ""))


def test_part_of_which_a_provider_sends_nothing_does_not_end_the_stream(workspace, tmp_path):
    (tmp_path / "quiet.yaml").write_text("drop_events: [response.in_progress]\n")
    workspace.profile = str(tmp_path / "quiet.yaml")
    workspace.gates[workspace.hold()].open()  # lets events out one by one
    _, body = exchanged(workspace, STREAM, headers={"connection": "close"})
    assert "event: response.created\n" in body
    assert "event: response.in_progress\n" not in body
    assert "event: response.completed\n" in body
    assert body.partition("\r\n0\r\n\r\n")[1:] == ("\r\n0\r\n\r\n", "")  # one last chunk, at the end


def test_header_with_a_line_end_is_refused():
    head = Head(200, CIMultiDict({"x-note": "one\r\nx-other: two"}))
    with pytest.raises(ValueError, match="line end inside"):
        _ = head.encoded


def test_header_with_other_bytes_than_utf8_leaves_as_it_came():
    head = Head(200, CIMultiDict({"x-note": b"caf\xe9".decode("utf-8", "surrogateescape")}))
    assert b"x-note: caf\xe9\r\n" in head.encoded
