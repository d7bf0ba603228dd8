"""The openai-agents SDK runs a two-tool agent, with a handoff and streaming, against a script."""

import pytest
from agents import (
    Agent,
    ModelSettings,
    OpenAIConversationsSession,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    WebSearchTool,
    function_tool,
    set_tracing_disabled,
)
from agents.exceptions import MaxTurnsExceeded
from openai.types.responses import ResponseTextDeltaEvent

from mockserver import function_call, parallel, reasoning

QUIET = RunConfig(tracing_disabled=True)


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return {"Paris": "18 degrees", "Oslo": "4 degrees"}[city]


@function_tool
def book_table(city: str, seats: int) -> str:
    """Book a table in a restaurant."""
    return f"A table for {seats} in {city}, number 7"


@pytest.fixture(autouse=True)
def untraced():
    set_tracing_disabled(True)


@pytest.fixture
def agent(async_client):
    """A guide with two tools, who hands over to a waiter with one."""
    model = OpenAIResponsesModel(model="gpt-4.1", openai_client=async_client)
    waiter = Agent(name="waiter", instructions="You book tables.", model=model, tools=[book_table])
    return Agent(
        name="guide", instructions="You know the city.", model=model, tools=[get_weather, book_table], handoffs=[waiter]
    )


@pytest.fixture
def script(workspace):
    """Two tools at once, a handoff, another tool, an answer."""
    workspace.on(instructions="know the city", input="evening", not_={"tool_output": "*"}).reply(
        parallel(
            function_call("get_weather", city="Paris", call_id="call_paris"),
            function_call("get_weather", city="Oslo", call_id="call_oslo"),
        )
    )
    workspace.on(
        instructions="know the city",
        all=[
            {"tool_output": {"call_id": "call_paris", "value": "18 degrees"}},
            {"tool_output": {"call_id": "call_oslo", "value": "4 degrees"}},
        ],
    ).reply(function_call("transfer_to_waiter"))
    workspace.on(instructions="book tables", tool_output={"name": "book_table"}).reply(
        "Your table is number 7 in Paris."
    )
    workspace.on(instructions="book tables").reply(function_call("book_table", city="Paris", seats=2))
    return workspace


def seen(workspace):
    """Who was asked, and what was handed back each time."""
    return [
        (exchange.body["instructions"], [item["output"] for item in exchange.input_items("function_call_output")])
        for exchange in workspace.requests
    ]


WEATHER = ["18 degrees", "4 degrees"]
TRANSFER = '{"assistant": "waiter"}'
COURSE = [
    ("You know the city.", []),
    ("You know the city.", WEATHER),
    ("You book tables.", [*WEATHER, TRANSFER]),
    ("You book tables.", [*WEATHER, TRANSFER, "A table for 2 in Paris, number 7"]),
]


async def test_agent_uses_two_tools_and_hands_over(agent, script):
    result = await Runner.run(agent, "Plan my evening.", run_config=QUIET)

    assert result.final_output == "Your table is number 7 in Paris."
    assert result.last_agent.name == "waiter"
    assert seen(script) == COURSE
    assert result.context_wrapper.usage.requests == 4
    script.assert_complete()


async def test_streamed_agent_takes_the_same_course(agent, script):
    result = Runner.run_streamed(agent, "Plan my evening.", run_config=QUIET)
    words, steps = [], []
    async for event in result.stream_events():
        if event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent):
            words.append(event.data.delta)
        elif event.type == "run_item_stream_event":
            steps.append(event.name)

    assert "".join(words) == result.final_output == "Your table is number 7 in Paris."
    assert len(words) > 3
    assert steps == [
        *["tool_called"] * 2,
        *["tool_output"] * 2,
        "handoff_requested",
        "handoff_occured",
        "tool_called",
        "tool_output",
        "message_output_created",
    ]
    assert seen(script) == COURSE


async def test_agent_whose_turns_are_kept_by_the_server_sends_only_what_is_new(agent, script):
    result = await Runner.run(agent, "Plan my evening.", run_config=QUIET, auto_previous_response_id=True)

    assert result.final_output == "Your table is number 7 in Paris."
    assert seen(script)[1] == ("You know the city.", WEATHER)
    assert [bool(exchange.body.get("previous_response_id")) for exchange in script.requests] == [
        False,
        True,
        True,
        True,
    ]


async def test_session_in_a_conversation_remembers(agent, workspace, async_client):
    workspace.on(input="What is my name?", message={"role": "user", "contains": "I am Ada"}).reply("Ada.")
    workspace.on().reply("Hello.")
    session = OpenAIConversationsSession(openai_client=async_client)
    said = [
        (await Runner.run(agent, words, session=session, run_config=QUIET)).final_output
        for words in ("I am Ada.", "What is my name?")
    ]

    assert said == ["Hello.", "Ada."]


async def test_reasoning_goes_along_with_its_call(agent, async_client, workspace):
    agent.model = OpenAIResponsesModel(model="gpt-5", openai_client=async_client)
    workspace.on(tool_output="get_weather").reply("Mild.")
    workspace.on().reply(reasoning("Which city?"), function_call("get_weather", city="Paris"))
    agent.model_settings = ModelSettings(store=False, response_include=["reasoning.encrypted_content"])

    assert (await Runner.run(agent, "The weather?", run_config=QUIET)).final_output == "Mild."
    kinds = [item["type"] for item in workspace.requests[-1].input_items()]
    assert kinds == ["message", "reasoning", "function_call", "function_call_output"]


async def test_agent_that_never_ends_is_stopped_by_its_limit(agent, workspace):
    workspace.on().times(3).reply(function_call("get_weather", city="Oslo"))

    with pytest.raises(MaxTurnsExceeded):
        await Runner.run(agent, "Go on.", max_turns=3, run_config=QUIET)
    workspace.assert_complete()


async def test_web_search_that_is_chosen_is_made_without_a_script(async_client, workspace):
    model = OpenAIResponsesModel(model="gpt-5.5", openai_client=async_client)
    reader = Agent(
        name="reader", model=model, tools=[WebSearchTool()], model_settings=ModelSettings(tool_choice="web_search")
    )
    result = await Runner.run(reader, "What is new?", run_config=QUIET)

    assert workspace.requests[0].body["tool_choice"] == {"type": "web_search"}
    assert [item.type for item in result.new_items] == ["reasoning_item", "tool_call_item", "message_output_item"]
    assert "(https://example.com/" in result.final_output


async def test_agent_ends_without_a_script(agent, workspace):
    result = await Runner.run(agent, "Book a table in Paris, and show the weather there.", run_config=QUIET)

    assert seen(workspace)[-1][1][0] == "18 degrees"
    assert result.final_output.startswith("Mock reply to the tool output. ")
