"""WebSocket mode with the official SDK and openai-agents."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import openai
import pytest
from agents import Agent, Runner, function_tool, responses_websocket_session, set_tracing_disabled
from openai.lib.responses_websocket import (
    AsyncResponsesWebSocketSession,
    ResponsesWebSocketError,
    ResponsesWebSocketLimits,
    ResponsesWebSocketSession,
)
from websockets.exceptions import InvalidStatus

from mockserver import ManualClock, MockServer, Settings, Workspace, function_call, parallel
from tests.support.bodies import WEATHER

UNLIMITED: Any = {"max_size": None}
LIMITS = ResponsesWebSocketLimits(
    max_lanes=33, max_events_per_lane=1000, max_events=10_000, max_bytes_per_lane=1 << 24, max_bytes=1 << 26
)
MODEL = "gpt-4.1"


def create(words: Any, **more: Any) -> Any:
    return {"type": "response.create", "model": MODEL, "input": words, **more}


def final(connection: Any) -> Any:
    """The response that a connection brings next."""
    return next(event.response for event in connection if event.type == "response.completed")


# The connection


def test_events_are_typed(workspace: Workspace, client: Any):
    workspace.on().reply("Hi.")
    with client.responses.connect() as connection:
        connection.response.create(model=MODEL, input="Hello.")
        events = []
        for event in connection:
            events.append(event)
            if event.type == "response.completed":
                break

    assert all(type(event).__module__ == "openai.types.responses.responses_server_event" for event in events)
    assert events[-1].response.output_text == "Hi."


async def test_events_are_typed_when_asynchronous(workspace: Workspace, async_client: Any):
    workspace.on().reply("Hi.")
    async with async_client.responses.connect() as connection:
        await connection.response.create(model=MODEL, input="Hello.")
        async for event in connection:
            if event.type == "response.completed":
                break

    assert event.response.output_text == "Hi."


def test_tool_loop_without_store_sends_only_what_is_new(workspace: Workspace, client: Any):
    workspace.on(input="weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply("Sunny.")
    with client.responses.connect() as connection:
        tools: Any = [WEATHER]
        connection.response.create(model=MODEL, input="The weather?", tools=tools, store=False)
        asked = final(connection)
        output: Any = {"type": "function_call_output", "call_id": asked.output[0].call_id, "output": "sunny"}
        connection.response.create(model=MODEL, input=[output], store=False, previous_response_id=asked.id)
        answered = final(connection)

    assert (answered.output_text, answered.previous_response_id) == ("Sunny.", asked.id)


def test_error_frame_is_an_error_event_and_the_connection_stays(client: Any):
    with client.responses.connect() as connection:
        connection.response.create(model=MODEL, input="Hello.", previous_response_id="resp_nowhere")
        error: Any = connection.recv()
        connection.response.create(model=MODEL, input="Hello.")

        assert (error.type, error.status, error.error.code) == ("error", 400, "previous_response_not_found")
        assert error.error.message == "Previous response with id 'resp_nowhere' not found."
        assert final(connection).status == "completed"


def test_error_without_a_handler_is_raised_by_dispatch(client: Any):
    with client.responses.connect() as connection:
        connection.response.create(model="", input="Hello.")
        with pytest.raises(openai.OpenAIError, match="The requested model '' does not exist"):
            connection.dispatch_events()


def test_wrong_key_is_refused_over_http():
    with MockServer(Settings(api_keys=("sk-right",))) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="sk-wrong")
        with client, pytest.raises(InvalidStatus, match="401"), client.responses.connect():
            pass


async def test_connection_that_got_old_is_reconnected(workspace: Workspace, async_client: Any):
    workspace.clock = clock = ManualClock()
    codes: list[str] = []
    reconnected = asyncio.Event()

    def again(event: Any) -> None:
        codes.append(str(event.close_code))
        reconnected.set()

    connecting = async_client.responses.connect(on_reconnecting=again, initial_delay=0.001)
    async with connecting as connection:
        await connection.response.create(model=MODEL, input="Hello.")
        async for event in connection:
            if event.type == "response.completed" and codes:
                break
            if event.type == "response.completed":
                clock.advance(3600)
            elif event.type == "error":
                codes.append(str(event.error.code))
                later = asyncio.create_task(again_after(reconnected, connection))
        await later

    assert codes == ["websocket_connection_limit_reached", "1001"]
    assert [exchange.connection for exchange in workspace.requests] == [1, 2]


async def again_after(reconnected: asyncio.Event, connection: Any) -> None:
    await reconnected.wait()
    await connection.response.create(model=MODEL, input="Hello again.")


# Sessions with lanes


@contextmanager
def session(client: Any) -> Iterator[Any]:
    with (
        client.responses.connect(websocket_connection_options=UNLIMITED) as connection,
        ResponsesWebSocketSession(connection, limits=LIMITS) as opened,
    ):
        yield opened


@asynccontextmanager
async def async_session(client: Any) -> AsyncIterator[Any]:
    async with (
        client.responses.connect(websocket_connection_options=UNLIMITED) as connection,
        AsyncResponsesWebSocketSession(connection, limits=LIMITS) as opened,
    ):
        yield opened


def test_lane_collects_its_response(workspace: Workspace, client: Any):
    workspace.on(lane="a").reply("A.")
    workspace.on(lane="b").reply("B.")
    with session(client) as opened:
        lanes = [opened.lane(name) for name in ("a", "b")]
        for lane in lanes:
            lane.send(create("Hello."))
        texts = [lane.get_final_response().output_text for lane in lanes]

    assert texts == ["A.", "B."]


async def test_32_lanes_run_at_once(workspace: Workspace, async_client: Any):
    workspace.pace = workspace.pace.__class__(rate=2000)
    names = [f"lane-{number}" for number in range(32)]
    for name in names:
        workspace.on(lane=name).reply(f"This is {name}.")

    async def ask(opened: Any, name: str) -> str:
        lane = opened.lane(name)
        await lane.send(create("Who?"))
        response = await lane.get_final_response()
        return str(response.output_text)

    async with async_session(async_client) as opened:
        texts = await asyncio.gather(*(ask(opened, name) for name in names))

    assert texts == [f"This is {name}." for name in names]


def test_warm_up_is_continued(client: Any):
    with session(client) as opened:
        lane = opened.default
        lane.send(create("Hello.", generate=False, store=False))
        warm = lane.get_final_response()
        lane.send(create([], previous_response_id=warm.id, store=False))
        answer = lane.get_final_response()

    assert (warm.output, answer.previous_response_id) == ([], warm.id)
    assert answer.output_text


def test_fork_waits_for_in_progress(client: Any):
    with session(client) as opened:
        source, fork = opened.lane("source"), opened.lane("fork")
        source.send(create("One.", store=False))
        parent = source.get_final_response()
        fork.send(create("Two.", store=False, previous_response_id=parent.id))
        while fork.recv().type != "response.in_progress":
            pass
        source.send(create("Two.", store=False, previous_response_id=parent.id))

        assert source.get_final_response().previous_response_id == parent.id
        assert fork.get_final_response().previous_response_id == parent.id


def test_error_of_a_lane_is_its_own(client: Any):
    with session(client) as opened:
        bad, good = opened.lane("bad"), opened.lane("good")
        bad.send(create("Hello.", previous_response_id="resp_nowhere"))
        good.send(create("Hello."))
        with pytest.raises(ResponsesWebSocketError) as caught:
            bad.get_final_response()

        event: Any = caught.value.event
        assert event.error.code == "previous_response_not_found"
        assert good.get_final_response().status == "completed"


# Steering


def test_input_while_a_response_is_made(workspace: Workspace, client: Any):
    workspace.on(input="short").reply("The end.")
    workspace.on(input="story").reply("Once upon a time", "there was a server.")
    gate = workspace.gates[workspace.hold()]
    gate.until("response.output_text.delta")
    finals: list[Any] = []
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-6-astra", input="A story.")
        for event in connection:
            if event.type == "response.created":
                target = event.response.id
            elif event.type == "response.output_text.delta" and not finals:
                connection.response.steer(previous_response_id=target, input="Make it short.")
                break
        for event in connection:
            if event.type == "response.steer.accepted":
                gate.open()
            elif event.type in {"response.incomplete", "response.completed"}:
                finals.append(event.response)
            if len(finals) == 2:
                break

    assert (finals[0].incomplete_details.reason, finals[0].output_text) == ("steered", "Once upon a time")
    assert (finals[1].previous_response_id, finals[1].output_text) == (finals[0].id, "The end.")


def test_input_that_waits_for_a_tool(workspace: Workspace, client: Any):
    workspace.on(input="weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(message="Fahrenheit").reply("64 °F.")
    gate = workspace.gates[workspace.hold()]
    gate.until("response.output_item.added")
    with session(client) as opened:
        lane = opened.lane("a")
        lane.send({**create("The weather?", tools=[WEATHER], store=False), "model": "gpt-6-astra"})
        while (event := lane.recv()).type != "response.output_item.added":
            target = event.response.id
        lane.send({"type": "response.steer", "previous_response_id": target, "input": "In Fahrenheit."})
        assert lane.recv().type == "response.steer.accepted"
        gate.open()
        while (event := lane.recv()).type != "response.steer.pending":
            pass
        outputs = [{**stub.to_dict(), "output": "18 °C"} for stub in event.required_input]
        lane.send({**create(outputs, previous_response_id=target, store=False), "model": "gpt-6-astra"})
        while (event := lane.recv()).type != "response.completed":
            pass

    assert event.response.output_text == "64 °F."


def test_input_that_is_given_back(client: Any):
    with client.responses.connect() as connection:
        connection.response.steer(previous_response_id="resp_nowhere", input="Stop.")
        event = connection.recv()

    assert (event.type, event.error.code, event.steer.input) == ("response.steer.failed", "response_not_found", "Stop.")


# openai-agents


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return {"Paris": "18 degrees", "Oslo": "4 degrees"}[city]


@function_tool
def book_table(city: str, seats: int) -> str:
    """Book a table in a restaurant."""
    return f"A table for {seats} in {city}, number 7"


async def test_agent_with_two_tools_over_one_socket(workspace: Workspace):
    workspace.on(input="evening").reply(
        parallel(function_call("get_weather", city="Paris"), function_call("get_weather", city="Oslo"))
    )
    workspace.on(tool_output="book_table").reply("Table 7 in Paris.")
    workspace.on(tool_output="get_weather").reply(function_call("book_table", city="Paris", seats=2))
    workspace.on(input="thanks").reply("You are welcome.")
    set_tracing_disabled(True)
    agent = Agent(name="guide", instructions="You know the city.", model=MODEL, tools=[get_weather, book_table])
    async with responses_websocket_session(api_key=workspace.api_key, base_url=workspace.base_url) as ws:
        first = ws.run_streamed(agent, "Where for the evening?")
        deltas = [event async for event in first.stream_events() if event.type == "raw_response_event"]
        second = await Runner.run(
            agent, [*first.to_input_list(), {"role": "user", "content": "Thanks!"}], run_config=ws.run_config
        )

    assert (first.final_output, second.final_output) == ("Table 7 in Paris.", "You are welcome.")
    assert deltas
    assert [exchange.connection for exchange in workspace.requests] == [1] * 4
    outputs = [[item["output"] for item in one.input_items("function_call_output")] for one in workspace.requests]
    assert outputs[:3] == [
        [],
        ["18 degrees", "4 degrees"],
        ["18 degrees", "4 degrees", "A table for 2 in Paris, number 7"],
    ]
