"""Functions of the request that make replies: plain or async, where they run, and what becomes of their errors."""

import asyncio
import threading

import pytest

from mockserver import MockServer, ScriptError
from mockserver.script import functions
from tests.support.http import send

ASK = {"model": "gpt-4o", "input": "hello"}


def error_of(reply):
    return reply.status, reply.json["error"]["code"], reply.json["error"]["message"]


def text_of(reply):
    return reply.json["output"][0]["content"][0]["text"]


# Where they run


async def test_async_function_runs_in_the_loop_of_its_author(workspace, async_client):
    asked = asyncio.Event()
    answers: asyncio.Queue[str] = asyncio.Queue()

    async def reply(request):
        asked.set()  # from another thread, this would not wake who waits for it
        return f"{request.user_text} {await answers.get()} {asyncio.get_running_loop() is home}"

    home = asyncio.get_running_loop()
    workspace.on().reply(reply)
    coming = asyncio.create_task(async_client.responses.create(**ASK))
    await asked.wait()
    answers.put_nowait("there")

    assert (await coming).output_text == "hello there True"


def test_async_function_of_a_test_without_a_loop_runs_in_that_of_the_server(workspace, raw):
    threads = []

    async def reply(_request):
        await asyncio.sleep(0)
        threads.append(threading.current_thread())
        return "Hi."

    workspace.on().reply(reply)

    assert text_of(raw("POST", "/v1/responses", ASK)) == "Hi."
    assert threads != [threading.main_thread()]


def test_async_function_outlives_the_loop_of_its_author(workspace, raw):
    async def write():
        async def reply(_request):
            return "Hi."

        workspace.on().reply(reply)

    asyncio.run(write())

    assert text_of(raw("POST", "/v1/responses", ASK)) == "Hi."


async def test_async_function_runs_in_a_loop_that_it_shares_with_the_server():
    async def reply(request):
        await asyncio.sleep(0)
        return request.user_text

    async with MockServer() as server:
        mock = server.workspace()
        mock.on().reply(reply)
        came = await asyncio.to_thread(send, mock.base_url, "POST", "/v1/responses", ASK, key=mock.api_key)

    assert text_of(came) == "hello"


@pytest.mark.parametrize("stream", [False, True])
def test_async_functions_stand_among_other_parts_and_give_others(workspace, raw, stream):
    async def inner(_request):
        return {"reasoning": "Hm."}

    async def outer(_request):
        return [inner, "Two."]

    workspace.on().reply("One.", outer, lambda _: inner(None))
    reply = raw("POST", "/v1/responses", {**ASK, "stream": stream})
    items = reply.events[-1]["response"]["output"] if stream else reply.json["output"]

    assert [item["type"] for item in items] == ["message", "reasoning", "message", "reasoning"]


def test_each_request_is_asked_for_anew(workspace, raw):
    numbers = iter(range(9))

    async def reply(_request):
        return str(next(numbers))

    workspace.on().reply(reply)

    assert [text_of(raw("POST", "/v1/responses", ASK)) for _ in range(4)] == ["0", "1", "2", "3"]


# What goes wrong


async def raising(_request):
    raise ValueError("no")


async def cancelled(_request):
    raise asyncio.CancelledError


async def none(_request):
    return None


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (raising, "The reply function raising raised ValueError('no')."),
        (cancelled, "The reply function cancelled was cancelled. Has its event loop ended?"),
        (none, "expected text, an item, or a list of these, got null."),
    ],
)
def test_what_an_async_function_raises_is_an_error_of_the_script(workspace, raw, reply, message):
    workspace.on().named("hello").reply(reply)
    status, code, said = error_of(raw("POST", "/v1/responses", ASK))

    assert (status, code) == (400, "script_error")
    assert said.startswith("Rule hello (")
    assert said.endswith(message)
    assert workspace.requests[-1].rule.startswith("hello (")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (lambda request: request.body["nope"], "The reply function <lambda> raised KeyError('nope')."),
        (raising, "The reply function raising raised ValueError('no')."),
        (
            lambda _: {"made": object()},
            "The reply to POST /v1/files cannot be JSON: Object of type object is not JSON serializable.",
        ),
    ],
)
def test_what_a_function_of_another_route_raises_is_an_error_of_the_script(workspace, raw, reply, message):
    workspace.on(path="/v1/files").named("files").reply(json=reply)
    status, code, said = error_of(raw("POST", "/v1/files", {}))

    assert (status, code) == (400, "script_error")
    assert message in said
    assert workspace.requests[-1].rule.startswith("files (")


def test_async_function_answers_another_route(workspace, raw):
    async def reply(request):
        await asyncio.sleep(0)
        return {"method": request.method}

    workspace.on(path="/v1/files").reply(json=reply, status=201)
    came = raw("POST", "/v1/files", {})

    assert (came.status, came.json) == (201, {"method": "POST"})


async def test_loop_that_its_author_blocks_is_told_and_not_waited_for(workspace, raw, monkeypatch):
    async def reply(_request):
        return "Hi."

    monkeypatch.setattr(functions, "BLOCKED_SECONDS", 0.05)
    workspace.on().reply(reply)
    status, code, message = error_of(raw("POST", "/v1/responses", ASK))  # blocks this loop, as `OpenAI()` would

    assert (status, code) == (400, "script_error")
    assert "reply did not begin within 0.05 seconds: the event loop in which its rule was written is blocked" in message
    assert "`await asyncio.to_thread(…)`" in message


async def test_function_ends_with_the_client_that_waited_for_it(workspace, async_client):
    asked, ended = asyncio.Event(), asyncio.Event()

    async def reply(_request):
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    workspace.on().reply(reply)
    coming = asyncio.create_task(async_client.responses.create(**ASK))
    await asked.wait()
    coming.cancel()

    await ended.wait()


async def test_server_stops_while_a_function_has_not_ended():
    asked, ended = asyncio.Event(), asyncio.Event()

    async def reply(_request):
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    server = MockServer()
    server.start()
    mock = server.workspace()
    mock.on().reply(reply)
    coming = asyncio.create_task(asyncio.to_thread(send, mock.base_url, "POST", "/v1/responses", ASK, key=mock.api_key))
    await asked.wait()
    await asyncio.to_thread(server.stop)
    await ended.wait()

    with pytest.raises(AssertionError, match="closed"):  # the client gets no answer
        await coming


def test_async_predicate_is_refused(workspace):
    async def is_long(request):
        return len(request.user_text) > 10

    with pytest.raises(ScriptError, match=r"predicate: the predicate .*is_long is async, so what it returns is always"):
        workspace.on(predicate=is_long)
    with pytest.raises(ScriptError, match=r"input: the predicate .*is_long is async"):
        workspace.on(input=is_long)
