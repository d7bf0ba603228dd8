"""The official SDK's loop of tools runs against a server that has no script, with functions and with hosted tools."""

from typing import Literal

import pytest
from openai.lib._tools import pydantic_responses_function_tool
from openai.lib.responses_tool_runner import RegisteredFunction, ResponsesToolRunner
from pydantic import BaseModel, Field

from tests.support.bodies import MCP

HOSTED = {
    "web_search": {"type": "web_search"},
    "file_search": {"type": "file_search", "vector_store_ids": ["vs_1"]},
    "code_interpreter": {"type": "code_interpreter", "container": {"type": "auto"}},
    "image_generation": {"type": "image_generation"},
    "mcp": {**MCP, "require_approval": "never"},
}


class Forecast(BaseModel):
    """The weather in a city."""

    city: str
    days: int = Field(ge=1, le=14)
    unit: Literal["celsius", "fahrenheit"]


@pytest.fixture
def asked():
    return []


@pytest.fixture
def runner(asked):
    def execute(forecast):
        asked.append(forecast)
        return f"sunny in {forecast.city}"

    tool = pydantic_responses_function_tool(Forecast)
    return ResponsesToolRunner(functions=[RegisteredFunction.from_tool(tool, execute=execute)])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("model", ["gpt-5", "gpt-5.5"])  # the loop asks for encrypted reasoning
def test_function_is_run_and_its_result_quoted(client, runner, asked, model, stream):
    response = runner.run(client, {"model": model, "input": "The weather in Paris?"}, max_steps=3, stream=stream)

    (forecast,) = asked
    assert (forecast.city, forecast.unit) == ("Paris", "celsius")
    assert response.output_text == "Mock reply to the tool output. Forecast returned sunny in Paris."


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("kind", HOSTED)
def test_hosted_tool_leaves_items_that_the_loop_takes(client, runner, workspace, kind, stream):
    choice = {"type": kind, "server_label": MCP["server_label"]} if kind == "mcp" else {"type": kind}
    request = {"model": "gpt-5.5", "input": "Go on.", "tools": [HOSTED[kind]], "tool_choice": choice}
    response = runner.run(client, request, max_steps=3, stream=stream)

    called = "mcp_call" if kind == "mcp" else f"{kind}_call"
    assert [item.type for item in response.output if item.type == called] == [called]
    assert len(workspace.requests) == 1


def test_mcp_call_that_is_approved_is_made(client, runner, workspace):
    request = {
        "model": "gpt-5.5",
        "input": "Go on.",
        "tools": [MCP],
        "tool_choice": {"type": "mcp", "server_label": MCP["server_label"]},
    }
    response = runner.run(client, request, max_steps=3, approve_mcp=lambda _: True)

    assert [item.type for item in response.output if item.type.startswith("mcp")] == ["mcp_call"]
    assert len(workspace.requests) == 2
