"""Recording: what passes between a client and an upstream, and what is kept of it."""

import asyncio
import gzip
import json
import threading
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientSession, web
from yarl import URL

from mockserver import MockServer, Workspace
from mockserver.cassette.load import load
from mockserver.codec import dumps
from mockserver.errors import SettingsError
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedExchange
from mockserver.upstream import http_transfer, transfers
from mockserver.upstream.proxies import proxy_of
from mockserver.upstream.responder import Upstream
from mockserver.upstream.session import Losses, RecordingSession
from tests.support.bodies import ask
from tests.support.http import send

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WAIT = 60.0  # seconds after which something is taken for stuck, on a machine that is busy with other things
SSE = {"content-type": "text/event-stream; charset=utf-8"}
RESPONSE = {"id": "resp_1", "object": "response", "status": "in_progress", "output": []}
CREATED = {"type": "response.created", "response": RESPONSE, "sequence_number": 0}
COMPLETED = {"type": "response.completed", "response": {**RESPONSE, "status": "completed"}, "sequence_number": 1}


def frames(*events: Event) -> bytes:
    """Events as they stand on the wire."""
    return b"".join(b"event: %b\ndata: %b\n\n" % (event["type"].encode(), dumps(event)) for event in events)


class Recorder:
    """A server that records one upstream, and a client of it."""

    def __init__(self, server: MockServer, http: ClientSession, path: Path) -> None:
        self.server = server
        self.http = http
        self.path = path
        self.workspace = server.workspace("caller")

    def at(self, upstream: str, *, timeout: float = WAIT) -> Workspace:
        self.session = RecordingSession(upstream=upstream, path=self.path, timeout=timeout)
        self.workspace.space.upstream = Upstream(self.session)
        return self.workspace

    def request(self, method: str, path: str, **options: Any) -> Any:
        headers = {"authorization": "Bearer caller", **options.pop("headers", {})}
        return self.http.request(method, self.server.base_url + path, headers=headers, **options)

    async def exchanges(self) -> list[RecordedExchange]:
        """What is in the cassette when everything under way has ended."""
        await self.server.astop()
        return list(load(self.path).exchanges)


@pytest.fixture
async def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Recorder]:
    monkeypatch.setattr(transfers, "CLOSING_SECONDS", WAIT)  # stopping waits until all is recorded, however slow
    async with MockServer() as server, ClientSession() as http:
        yield Recorder(server, http, tmp_path / "recorded.yaml")


@pytest.fixture
async def upstream(recorder: Recorder, aiohttp_server: Any) -> Callable[[Handler], Awaitable[Workspace]]:
    """Starts an upstream that answers every request by a handler, and is recorded."""

    async def start(handler: Handler, *, calm: float = WAIT) -> Workspace:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        served = await aiohttp_server(app)
        return recorder.at(f"http://127.0.0.1:{served.port}/api/v1", timeout=calm)

    return start


async def test_chunks_are_passed_on_as_they_come(recorder: Recorder, upstream: Any):
    seen = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(frames(CREATED))
        await asyncio.wait_for(seen.wait(), WAIT)
        await reply.write(frames(COMPLETED))
        return reply

    await upstream(handler)
    async with recorder.request("POST", "/responses", json={"stream": True}) as reply:
        assert await reply.content.readany() == frames(CREATED)
        seen.set()
        assert await reply.content.read() == frames(COMPLETED)
        assert reply.headers["content-type"] == SSE["content-type"]

    [exchange] = load(recorder.path).exchanges  # on disk before the client has seen the end
    assert exchange.events == [CREATED, COMPLETED]
    assert (exchange.complete, exchange.url_path, len(exchange.times)) == (True, "/api/v1/responses", 2)
    assert recorder.workspace.requests[0].events == [CREATED, COMPLETED]


async def test_what_is_no_event_is_passed_on_as_it_comes_too(recorder: Recorder, upstream: Any):
    seen = asyncio.Semaphore(0)
    parts = [frames(CREATED), b": keep-alive\n\n", frames(COMPLETED), b"data: [DONE]\n\n"]

    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        for part in parts:
            await reply.write(part)
            await asyncio.wait_for(seen.acquire(), WAIT)
        return reply

    await upstream(handler)
    got = []
    async with recorder.request("POST", "/responses", json={"stream": True}) as reply:
        while part := await asyncio.wait_for(reply.content.readany(), WAIT):
            got.append(part)
            seen.release()

    assert got == parts


async def test_client_that_leaves_does_not_stop_the_recording(recorder: Recorder, upstream: Any):
    left = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(frames(CREATED))
        await asyncio.wait_for(left.wait(), WAIT)
        for _ in range(100):
            await reply.write(b": " + b"x" * 65536 + b"\n\n")  # more than any buffer between holds
        await reply.write(frames(COMPLETED))
        return reply

    await upstream(handler)
    reply = await recorder.request("POST", "/responses", json={"stream": True})
    assert await reply.content.readany() == frames(CREATED)
    reply.close()
    left.set()

    [exchange] = await recorder.exchanges()
    assert exchange.events == [CREATED, COMPLETED]
    assert exchange.complete


async def test_client_that_leaves_before_the_answer_does_not_stop_the_recording(recorder: Recorder, upstream: Any):
    asked, left = asyncio.Event(), asyncio.Event()

    async def handler(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.wait_for(left.wait(), WAIT)
        return web.json_response({"id": "resp_1", "object": "response"})

    await upstream(handler)
    asking = asyncio.ensure_future(recorder.request("POST", "/responses", json={}))
    await asyncio.wait_for(asked.wait(), WAIT)
    asking.cancel()
    left.set()

    [exchange] = await recorder.exchanges()
    assert exchange.body == {"id": "resp_1", "object": "response"}


async def test_upstream_that_breaks_off_is_passed_on_and_replayed_as_a_break(recorder: Recorder, upstream: Any):
    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(frames(CREATED))
        assert request.transport is not None
        request.transport.close()
        return reply

    workspace = await upstream(handler)
    for path in (None, recorder.path):
        if path is not None:
            workspace.space.upstream = None
            workspace.replay(path)
        async with recorder.request("POST", "/responses", json={"stream": True}) as reply:
            assert await reply.content.readany() == frames(CREATED)
            with pytest.raises(ClientPayloadError):
                await reply.content.read()

    [exchange] = await recorder.exchanges()
    assert (exchange.events, exchange.complete) == ([CREATED], False)


async def test_stream_is_complete_at_its_last_event(recorder: Recorder, upstream: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_transfer, "AFTER_END_SECONDS", 0.01)

    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(frames(CREATED, COMPLETED))
        await asyncio.wait_for(asyncio.Event().wait(), 5)
        return reply

    await upstream(handler)
    async with recorder.request("POST", "/responses", json={"stream": True}) as reply:
        assert await reply.read() == frames(CREATED, COMPLETED)

    [exchange] = await recorder.exchanges()
    assert (exchange.events, exchange.complete) == ([CREATED, COMPLETED], True)


async def test_slow_client_slows_the_upstream_down(recorder: Recorder, upstream: Any):
    written = 0
    done = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal written
        reply = web.StreamResponse()
        await reply.prepare(request)
        for _ in range(400):
            await reply.write(b"\xff" * 65536)
            written += 1
        done.set()
        return reply

    await upstream(handler)
    async with recorder.request("GET", "/files/file_1/content") as reply:
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), 0.5)
        assert written < 400
        assert len(await reply.read()) == 26_214_400


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [pytest.param("gzip", gzip.compress, id="gzip"), pytest.param("deflate", zlib.compress, id="deflate")],
)
async def test_compressed_answers_are_recorded_unpacked(
    recorder: Recorder, upstream: Any, encoding: str, pack: Callable[[bytes], bytes]
):
    asked = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers["accept-encoding"])
        headers = {"content-encoding": encoding, "content-type": "application/json"}
        return web.Response(body=pack(b'{"id": "resp_1"}'), headers=headers)

    await upstream(handler)
    async with recorder.request("GET", "/responses/resp_1") as reply:
        assert await reply.json() == {"id": "resp_1"}
        assert "content-encoding" not in reply.headers

    [exchange] = await recorder.exchanges()
    assert asked == ["identity"]
    assert exchange.body == {"id": "resp_1"}


async def test_errors_and_redirects_are_passed_on_and_replayed(recorder: Recorder, upstream: Any):
    answers = {
        "/api/v1/responses/slow": (429, {"retry-after": "2"}, {"error": {"message": "Slow down."}}),
        "/api/v1/responses/gone": (307, {"location": "/elsewhere"}, {}),
        "/api/v1/responses/bad": (500, {}, {"error": {"message": "Oh."}}),
    }

    async def handler(request: web.Request) -> web.StreamResponse:
        status, headers, body = answers[request.path]
        return web.json_response(body, status=status, headers=headers)

    workspace = await upstream(handler)
    for path in (None, recorder.path):
        if path is not None:
            workspace.space.upstream = None
            workspace.replay(path)
        for place, (status, headers, body) in answers.items():
            async with recorder.request("GET", place.removeprefix("/api/v1"), allow_redirects=False) as reply:
                assert (reply.status, await reply.json()) == (status, body)
                assert headers.items() <= {name.lower(): value for name, value in reply.headers.items()}.items()


async def test_any_route_and_method_goes_upstream(recorder: Recorder, upstream: Any):
    asked = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append((request.method, request.raw_path, await request.read(), request.headers.get("openai-beta")))
        return web.Response(body=b"\x89PNG\x00", content_type="image/png")

    await upstream(handler)
    async with recorder.request("PUT", "/files/a%20b?x[]=1", data=b"\x00\xff", headers={"openai-beta": "v2"}) as reply:
        assert (reply.status, await reply.read(), reply.content_type) == (200, b"\x89PNG\x00", "image/png")

    [exchange] = await recorder.exchanges()
    assert asked == [("PUT", exchange.url_path, b"\x00\xff", "v2")]
    assert exchange.url_path.startswith("/api/v1/files/a%20b?")
    assert (exchange.method, exchange.request_body, exchange.body) == ("PUT", b"\x00\xff", b"\x89PNG\x00")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        pytest.param("/v1:9099/steal", "/v1:9099/steal", id="port"),
        pytest.param("/v1.evil.example/", "/v1.evil.example/", id="host"),
        pytest.param("/v1@evil.example/", "/v1@evil.example/", id="user"),
        pytest.param("/v1//evil.example/", "//evil.example/", id="slashes"),
        pytest.param("http://evil.example/v1/models", None, id="absolute"),
        pytest.param("/v1/models", "/models", id="plain"),
        pytest.param("/v1?x=1", "/?x=1", id="query"),
    ],
)
async def test_path_of_a_request_never_chooses_the_host(
    recorder: Recorder, aiohttp_server: Any, target: str, path: str | None
):
    asked = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.raw_path)
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    served = await aiohttp_server(app)
    recorder.at(f"http://127.0.0.1:{served.port}")  # without a path, the host is what the target follows
    origin = URL(recorder.server.origin)
    reader, writer = await asyncio.open_connection(origin.host, origin.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer caller\r\n\r\n".encode())
    status = await asyncio.wait_for(reader.readline(), WAIT)
    writer.close()

    assert asked == ([] if path is None else [path])
    assert status.split()[1] == (b"404" if path is None else b"200")


@pytest.mark.parametrize("method", ["DELETE", "HEAD"])
async def test_answers_without_a_body_are_on_disk_when_they_come(recorder: Recorder, upstream: Any, method: str):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    await upstream(handler)
    async with recorder.request(method, "/files/file_1") as reply:
        assert (reply.status, await reply.read()) == (204, b"")
        [exchange] = load(recorder.path).exchanges

    assert (exchange.method, exchange.status, exchange.body) == (method, 204, None)


async def test_next_exchange_begins_when_the_one_before_is_on_disk(recorder: Recorder, upstream: Any):
    ended = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.json_response({"kept": len(load(recorder.path).exchanges)})
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(frames(CREATED, COMPLETED))
        await asyncio.wait_for(ended.wait(), WAIT)
        return reply

    await upstream(handler)
    streamed = await recorder.request("POST", "/responses", json={"stream": True})
    assert await streamed.content.readany() == frames(CREATED, COMPLETED)
    asyncio.get_running_loop().call_later(0.05, ended.set)  # the client does not wait for the end of the stream
    async with recorder.request("GET", "/responses/resp_1") as reply:
        assert await reply.json() == {"kept": 1}
    streamed.close()


async def test_upstream_that_is_not_there_is_a_502_which_is_recorded(recorder: Recorder):
    recorder.at("http://127.0.0.1:9/v1")
    async with recorder.request("POST", "/responses", json={}) as reply:
        error = (await reply.json())["error"]
        assert (reply.status, reply.headers["x-should-retry"]) == (502, "false")
        assert (error["type"], error["code"]) == ("mock_server_error", "upstream_unreachable")
        assert error["message"].startswith("The upstream http://127.0.0.1:9 gave no answer: ")

    [exchange] = await recorder.exchanges()
    assert (exchange.status, exchange.body) == (502, {"error": error})


async def test_upstream_that_says_nothing_is_a_502(recorder: Recorder, upstream: Any):
    async def handler(_request: web.Request) -> web.StreamResponse:
        await asyncio.wait_for(asyncio.Event().wait(), 5)
        return web.Response()

    await upstream(handler, calm=0.05)
    async with recorder.request("POST", "/responses", json={}) as reply:
        assert (reply.status, (await reply.json())["error"]["code"]) == (502, "upstream_unreachable")


async def test_upstream_that_switches_protocols_is_a_502(recorder: Recorder):
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as served:
        recorder.at(f"http://127.0.0.1:{served.sockets[0].getsockname()[1]}/v1")
        for path in ("/responses", "/files"):
            async with asyncio.timeout(WAIT), recorder.request("POST", path, json={}) as reply:
                error = (await reply.json())["error"]
                assert (reply.status, error["code"]) == (502, "upstream_unreachable")
                assert "gave no answer: it answered 101 Switching Protocols" in error["message"]
        assert [one.status for one in await recorder.exchanges()] == [502, 502]


async def test_streams_of_other_apis_are_kept_as_they_are(recorder: Recorder, upstream: Any):
    body = b'data: {"object":"chat.completion.chunk"}\n\n: keep-alive\n\ndata: [DONE]\n\n'

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers=SSE)

    workspace = await upstream(handler)
    for path in (None, recorder.path):
        if path is not None:
            workspace.space.upstream = None
            workspace.replay(path)
        async with recorder.request("POST", "/chat/completions", json={"stream": True}) as reply:
            assert await reply.read() == body


async def test_second_recorder_of_a_cassette_is_refused(recorder: Recorder, upstream: Any):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    workspace = await upstream(handler)
    async with recorder.request("GET", "/models") as reply:
        assert reply.status == 200
    assert workspace.space.upstream is not None
    recorder.at(workspace.space.upstream.session.origin)
    async with recorder.request("GET", "/models") as reply:
        error = json.loads(await reply.read())["error"]

    assert (reply.status, error["code"]) == (400, "cassette_error")
    assert "another process is recording into this cassette" in error["message"]
    assert workspace.problems()[-1].endswith(error["message"])


async def test_cassette_that_is_deleted_loses_one_exchange_and_says_so(recorder: Recorder, upstream: Any):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    workspace = await upstream(handler)
    async with recorder.request("GET", "/models/a") as reply:
        await reply.read()
    recorder.path.unlink()
    async with recorder.request("GET", "/models/b") as reply:
        with pytest.raises(ClientPayloadError):
            await reply.read()
    async with recorder.request("GET", "/models/c") as reply:
        await reply.read()

    assert "the cassette was deleted or replaced" in workspace.problems()[-1]
    assert [exchange.url_path.rpartition("/")[2] for exchange in await recorder.exchanges()] == ["c"]


async def test_log_says_what_was_recorded_and_how_many_secrets_were_left_out(
    recorder: Recorder, upstream: Any, caplog: pytest.LogCaptureFixture
):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"password": "hunter2hunter2hunter2"})

    caplog.set_level("INFO", logger="mockserver")
    await upstream(handler)
    for path in ("/models/a", "/models/b?api_key=hunter3hunter3hunter3"):
        async with recorder.request("GET", path) as reply:
            await reply.read()
    await recorder.exchanges()

    assert caplog.messages == [
        f"{recorder.path}: recorded GET /api/v1/models/a, without 1 secret (response/body/password).",
        f"{recorder.path}: recorded GET /api/v1/models/b, without 2 secrets (request/url, response/body/password).",
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_reply_that_is_too_large_is_broken_off_and_not_recorded(
    recorder: Recorder, upstream: Any, caplog: pytest.LogCaptureFixture, pack: Callable[[bytes], bytes], stream: Any
):
    async def handler(request: web.Request) -> web.StreamResponse:
        size = 3_000_000 if request.path.endswith("responses") else 10
        kind = "text/event-stream" if stream else "application/json"
        body = frames(CREATED) + b": x\n\n" * (size // 5) if stream else b'"%s"' % (b"x" * size)
        encoding = {} if pack is bytes else {"content-encoding": "gzip"}
        return web.Response(body=pack(body), headers={"content-type": kind, **encoding})

    workspace = await upstream(handler)
    recorder.session.max_bytes = 1_000_000
    async with recorder.request("POST", "/responses", json={"stream": stream}) as reply:
        if stream:
            with pytest.raises(ClientPayloadError):
                await reply.read()
        else:
            error = (await reply.json())["error"]
            assert (reply.status, error["code"]) == (400, "cassette_error")
    async with recorder.request("POST", "/small", json={}) as reply:
        assert reply.status == 200
        await reply.read()

    said = "more than 1,000,000 bytes. It was broken off, and is not in the cassette; a larger `max_recorded`"
    assert said in workspace.problems()[-1]
    assert said in caplog.text
    assert [exchange.url_path for exchange in await recorder.exchanges()] == ["/api/v1/small"]


async def test_reply_of_another_route_that_is_too_large_breaks_off(recorder: Recorder, upstream: Any):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 2_000_000)

    workspace = await upstream(handler)
    recorder.session.max_bytes = 1_000_000
    async with recorder.request("GET", "/files/file_1/content") as reply:
        with pytest.raises(ClientPayloadError):
            await reply.read()

    assert "was not recorded: The upstream's reply has more than 1,000,000 bytes" in workspace.problems()[-1]


def test_losses_are_counted_beyond_those_that_are_listed():
    losses = Losses()
    for number in range(103):
        losses.add(f"lost {number}")

    assert losses.count == 103
    assert losses.listed()[:2] == ["3 exchanges before these were not recorded either.", "lost 3"]


@pytest.mark.parametrize("place", ["http://me:secret-word@127.0.0.1/v1", "https://sk-secret-word@api.example.com"])
def test_upstream_with_a_password_is_refused_without_printing_it(tmp_path: Path, place: str):
    with pytest.raises(SettingsError, match=r"user name or a password.*MOCKSERVER_UPSTREAM_KEY") as refused:
        RecordingSession(upstream=place, path=tmp_path / "c.yaml")

    assert "secret-word" not in str(refused.value)


async def test_recording_leaves_no_thread_behind(recorder: Recorder, upstream: Any):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    before = set(threading.enumerate())
    workspace = await upstream(handler)
    async with recorder.request("GET", "/models") as reply:
        assert await reply.json() == {}
    made = set(threading.enumerate()) - before
    workspace.close()
    for thread in made:
        thread.join(WAIT)

    assert made
    assert not any(thread.is_alive() for thread in made)


async def test_key_from_the_environment_goes_upstream(
    recorder: Recorder, upstream: Any, monkeypatch: pytest.MonkeyPatch
):
    keys = []

    async def handler(request: web.Request) -> web.StreamResponse:
        keys.append(request.headers["authorization"])
        return web.json_response({})

    monkeypatch.setenv("MOCKSERVER_UPSTREAM_KEY", "from-the-environment")
    await upstream(handler)
    async with recorder.request("GET", "/models") as reply:
        assert await reply.json() == {}

    assert keys == ["Bearer from-the-environment"]


@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
async def test_upstream_that_repeats_the_key_shows_it_to_nobody(
    recorder: Recorder, upstream: Any, monkeypatch: pytest.MonkeyPatch, *, streamed: bool
):
    async def handler(request: web.Request) -> web.StreamResponse:
        said = request.headers["authorization"]
        response = {**RESPONSE, "metadata": {"sent": said}}
        if not streamed:
            return web.json_response(response, headers={"x-sent": said})
        event = json.dumps({"type": "response.completed", "response": response, "sequence_number": 0})
        return web.Response(text=f"data: {event}\n\n", content_type="text/event-stream", headers={"x-sent": said})

    monkeypatch.setenv("MOCKSERVER_UPSTREAM_KEY", "sk-only-the-recorder")
    await upstream(handler)
    body = {"model": "m", "input": "hello", "stream": streamed}
    async with recorder.request("POST", "/responses", json=body) as reply:
        assert reply.headers["x-sent"] == "Bearer sk-only-********rder"
        assert b"Bearer sk-only-********rder" in await reply.read()


async def test_refusal_of_a_socket_that_repeats_the_key_shows_it_to_nobody(
    recorder: Recorder, upstream: Any, monkeypatch: pytest.MonkeyPatch
):
    async def handler(request: web.Request) -> web.StreamResponse:
        said = request.headers["authorization"]
        return web.json_response({"error": {"message": said}}, status=429, headers={"x-ratelimit-of": said})

    monkeypatch.setenv("MOCKSERVER_UPSTREAM_KEY", "sk-only-the-recorder")
    await upstream(handler)
    url, headers = f"{recorder.server.base_url}/responses", {"authorization": "Bearer caller"}
    async with recorder.http.ws_connect(url, headers=headers) as socket:
        await socket.send_json({"type": "response.create", "model": "m", "input": "hello"})
        frame = await socket.receive_json()

    assert frame["error"]["message"] == "Bearer sk-only-********rder"
    assert frame["headers"]["x-ratelimit-of"] == "Bearer sk-only-********rder"


async def test_proxy_of_the_environment_is_asked(
    recorder: Recorder, aiohttp_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """It gets its own password, and the upstream the API key, whatever a .netrc says."""
    asked = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append((request.raw_path, request.headers["proxy-authorization"], request.headers["authorization"]))
        return web.json_response(RESPONSE)

    served = web.Application()
    served.router.add_route("*", "/{path:.*}", proxy)
    port = (await aiohttp_server(served)).port
    (tmp_path / "netrc").write_text("default login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", f"http://ann:secret@127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "other.example")
    recorder.at("http://api.example/v1")
    async with recorder.request("POST", "/responses", json={"model": "m", "input": "hello"}) as reply:
        assert (await reply.json())["id"] == "resp_1"

    assert asked == [("http://api.example/v1/responses", "Basic YW5uOnNlY3JldA==", "Bearer caller")]


@pytest.mark.parametrize(
    ("variable", "url"),
    [("HTTPS_PROXY", "https://api.example"), ("https_proxy", "wss://api.example"), ("http_proxy", "ws://api.example")],
)
def test_proxy_is_that_of_the_scheme(monkeypatch: pytest.MonkeyPatch, variable: str, url: str):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_of(URL(url)) is None
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    assert proxy_of(URL(url)) == URL("http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "api.example")
    assert proxy_of(URL(url)) is None


async def test_streams_side_by_side_are_all_recorded(recorder: Recorder, upstream: Any):
    begun = asyncio.Event()
    waiting = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal waiting
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(frames(CREATED))
        waiting += 1
        if waiting == 3:
            begun.set()
        await asyncio.wait_for(begun.wait(), WAIT)  # all are under way before one ends
        await reply.write(frames(COMPLETED))
        return reply

    async def ask(number: int) -> bytes:
        async with recorder.request("POST", "/responses", json={"n": number, "stream": True}) as reply:
            return bytes(await reply.read())

    await upstream(handler)
    assert await asyncio.gather(*map(ask, range(3))) == [frames(CREATED, COMPLETED)] * 3

    exchanges = await recorder.exchanges()
    bodies: list[Any] = [exchange.request_body for exchange in exchanges]
    assert sorted(body["n"] for body in bodies) == [0, 1, 2]
    assert all(exchange.events == [CREATED, COMPLETED] for exchange in exchanges)


async def test_response_whose_recording_outlives_a_reset_is_not_stored(recorder: Recorder, upstream: Any):
    seen = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers=SSE)
        await reply.prepare(request)
        await reply.write(b": begins\n\n")
        await asyncio.wait_for(seen.wait(), WAIT)
        await reply.write(frames(CREATED, COMPLETED))
        return reply

    workspace = await upstream(handler)
    async with recorder.request("POST", "/responses", json={"model": "gpt-4o", "input": "hi", "stream": True}) as reply:
        await reply.content.readany()
        workspace.reset()
        seen.set()
        await reply.read()

    assert workspace.space.store.responses.get("resp_1") is None


def test_exchange_that_cannot_be_kept_is_the_upstreams_and_reported_once(server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    workspace = server.workspace()
    workspace.record(upstream=server.base_url, path=tmp_path / "file" / "session.yaml", key="k")

    reply = send(workspace.base_url, "POST", "/v1/responses", ask(input="x"), key=workspace.api_key)
    (exchange,), (problem,) = workspace.requests, workspace.problems()
    server.discard(workspace)

    assert (reply.status, reply.json["error"]["code"]) == (400, "cassette_error")
    assert (exchange.miss, exchange.rule) == (None, server.origin)
    assert problem.startswith("POST /v1/responses was not recorded: ")
