"""The multi-agent beta with the official SDK and with the hosted agents of openai-agents."""

from typing import Any

import openai
import pytest
from agents import Agent, Runner, function_tool, set_tracing_disabled
from agents.extensions.experimental.hosted_multi_agent import (
    HostedMultiAgentConfig,
    OpenAIHostedMultiAgentModel,
    get_hosted_agent_metadata,
)
from agents.tool_context import ToolContext

from mockserver import Workspace, function_call, message

MODEL = "gpt-5.6-sol"
BETA: Any = ["responses_multi_agent=v1"]
HEADERS = {"OpenAI-Beta": "responses_multi_agent=v1"}
AGENTS: Any = {"enabled": True, "max_concurrent_subagents": 3}


def researcher(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "agent": {"agent_name": "/root/researcher"}}


def test_beta_client_reads_the_roots_answer(workspace: Workspace, client: openai.OpenAI):
    workspace.on().reply(researcher(message("I found two.", phase="commentary")), "Two.")
    response = client.beta.responses.create(model=MODEL, input="How many?", multi_agent=AGENTS, betas=BETA)
    answers = [
        part.text
        for item in response.output
        if item.type == "message" and item.phase == "final_answer" and item.agent is not None
        for part in item.content
        if part.type == "output_text"
    ]

    assert answers == ["Two."]


def test_events_name_their_agents(workspace: Workspace, client: openai.OpenAI):
    workspace.on().reply(researcher(message("I found two.")), "Two.")
    stream = client.beta.responses.create(model=MODEL, input="How many?", multi_agent=AGENTS, betas=BETA, stream=True)
    texts: dict[str, str] = {}
    for event in stream:
        if event.type == "response.output_text.done" and event.agent is not None:
            texts[event.agent.agent_name] = event.text

    assert texts == {"/root/researcher": "I found two.", "/root": "Two."}


def test_client_without_the_beta_is_refused(client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError, match="You must provide the 'OpenAI-Beta' header"):
        client.responses.create(model=MODEL, input="Hi.", extra_body={"multi_agent": AGENTS})


def test_outputs_are_injected_over_one_connection(workspace: Workspace, client: openai.OpenAI):
    workspace.on().reply(researcher(function_call("look", call_id="call_1")), researcher(message("Two.")), "Two it is.")
    with client.beta.responses.connect(extra_headers=HEADERS) as connection:
        connection.send({"type": "response.create", "model": MODEL, "input": "How many?", "multi_agent": AGENTS})
        events: list[Any] = []
        for event in connection:
            events.append(event)
            if event.type == "response.created":
                response_id = event.response.id
            elif event.type == "response.output_item.done" and event.item.type == "function_call":
                output: Any = {"type": "function_call_output", "call_id": event.item.call_id, "output": "2"}
                connection.response.inject(response_id=response_id, input=[output])
            elif event.type == "response.completed":
                break

    assert [event.type for event in events].count("response.inject.created") == 1
    assert [event.text for event in events if event.type == "response.output_text.done"] == ["Two.", "Two it is."]


@function_tool
def get_weather(context: ToolContext[dict[str, str]], city: str) -> str:
    """The weather in a city."""
    hosted = get_hosted_agent_metadata(context)
    context.context[city] = "" if hosted is None else hosted.agent_name
    return {"Paris": "18 degrees", "Oslo": "4 degrees"}[city]


@pytest.mark.parametrize(
    "waits",
    [pytest.param(True, id="agents wait for outputs"), pytest.param(False, id="response ends with its calls")],
)
async def test_hosted_agents_of_openai_agents(workspace: Workspace, async_client: openai.AsyncOpenAI, *, waits: bool):
    calls = [function_call("get_weather", city="Paris"), researcher(function_call("get_weather", city="Oslo"))]
    answer: Any = message("Warm in Paris, cold in Oslo.")
    if not waits:
        workspace.on(tool_output="get_weather").reply(answer)
    workspace.on().reply(*calls, *([researcher(message("4 degrees.")), answer] if waits else []))
    set_tracing_disabled(True)
    model = OpenAIHostedMultiAgentModel(MODEL, async_client, config=HostedMultiAgentConfig(max_concurrent_subagents=2))
    seen: dict[str, str] = {}
    agent: Agent[dict[str, str]] = Agent(name="guide", model=model, tools=[get_weather])
    try:
        result = await Runner.run(agent, "Where is it warm?", context=seen)
    finally:
        await model.close()

    assert result.final_output == "Warm in Paris, cold in Oslo."
    assert seen == {"Paris": "/root", "Oslo": "/root/researcher"}
    kinds = [exchange.body.get("type", "create") for exchange in workspace.requests]
    assert kinds == ["create", "response.inject", "response.inject", *([] if waits else ["create"])]
