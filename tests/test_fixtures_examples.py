"""Every file in fixtures/ does what its comments say, seen through the official SDK; each rule answers once or more."""

import base64
from pathlib import Path

import openai
import pytest
from pydantic import BaseModel

from mockserver.script.fixtures import check_fixtures
from tests.support.bodies import MCP, WEATHER

FOLDER = Path(__file__).parents[1] / "fixtures"
TOPICS = sorted(file.stem for file in FOLDER.iterdir())


class Person(BaseModel):
    name: str
    age: int


@pytest.fixture
def topic(request):
    """The fixture file that a test is about: the test's name without `test_`."""
    return request.node.name.removeprefix("test_")


@pytest.fixture
def workspace(server, topic):
    """A workspace with that file; it ends with every rule used."""
    space = server.workspace(fixtures=FOLDER / f"{topic}.yaml")
    yield space
    assert [str(rule) for rule in space.script.rules if not rule.used] == []
    assert space.problems() == []


@pytest.fixture
def ask(client):
    """`ask(words, …)` creates a response."""
    return lambda words, **more: client.responses.create(**{"model": "gpt-4.1", "input": words, **more})


@pytest.fixture
def hand_back(ask):
    """`hand_back(response, kind, output, …)` answers the last call of a response; gives the next response."""

    def answer(response, kind, output, **more):
        call = response.output[-1]
        return ask(
            [{"type": kind, "call_id": call.call_id, "output": output}], previous_response_id=response.id, **more
        )

    return answer


def kinds(response):
    return [item.type for item in response.output]


def test_every_topic_has_its_test(request):
    tests = {name.removeprefix("test_") for name in vars(request.module) if name.startswith("test_")}

    assert set(TOPICS) <= tests


@pytest.mark.parametrize("name", TOPICS)
def test_fixture_file_is_right(name):
    assert check_fixtures([FOLDER / f"{name}.yaml"]) == []


def test_weather(ask, hand_back):
    call = ask("What is the weather in Paris?", tools=[WEATHER])
    assert (call.output[0].name, call.output[0].arguments) == ("get_weather", '{"city":"Paris"}')
    assert hand_back(call, "function_call_output", "18 °C").output_text == "It is 18 °C in Paris."

    compared = ask("Please compare Paris and Oslo.", tools=[WEATHER])
    assert [item.call_id for item in compared.output] == ["call_paris", "call_oslo"]


def test_multi_turn(client, ask):
    question = {"role": "user", "content": "So what is my name?"}

    greeting = ask("Hello, my name is Ada.")
    assert greeting.output_text == "Nice to meet you."
    assert ask([question], previous_response_id=greeting.id).output_text == "Your name is Ada."
    assert ask([question]).output_text == "You have not told me."

    history = [{"role": "user", "content": "Hello, my name is Ada."}, *(item.to_dict() for item in greeting.output)]
    assert ask([*history, question]).output_text == "Your name is Ada."

    talk = client.conversations.create(
        items=[{"type": "message", "role": "developer", "content": "Talk like a pirate."}]
    )
    assert ask("Hello!", conversation=talk.id).output_text == "Arr."


def test_structured_output(client):
    def parse(words):
        return client.responses.parse(model="gpt-4.1", input=words, text_format=Person)

    assert parse("Who was Ada?").output_parsed == Person(name="Ada Lovelace", age=36)
    declined = parse("The password?")
    assert (declined.output_parsed, declined.output[0].content[0].refusal) == (None, "I cannot help with that.")
    endless = client.responses.create(
        model="gpt-4.1",
        input="The endless list.",
        text={"format": {"type": "json_schema", "name": "Person", "schema": Person.model_json_schema()}},
    )
    assert (endless.status, endless.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_reasoning(ask):
    events = list(ask("Think hard.", model="o4-mini", reasoning={"summary": "auto"}, stream=True))

    summaries = [event.text for event in events if event.type == "response.reasoning_summary_text.done"]
    assert summaries == ["Weighing both options.", "The second is cheaper."]
    final = events[-1].response
    assert (final.output_text, final.usage.output_tokens_details.reasoning_tokens) == ("Take the second.", 128)


def test_rate_limit(client, workspace):
    stubborn = client.with_options(max_retries=2)

    assert stubborn.responses.create(model="gpt-4.1", input="A flaky one.").output_text == "Third time lucky."
    assert [exchange.status for exchange in workspace.requests] == [429, 429, 200]
    with pytest.raises(openai.RateLimitError) as caught:
        stubborn.responses.create(model="gpt-4.1", input="I am broke.")
    assert caught.value.code == "insufficient_quota"
    assert len(workspace.requests) == 4


def test_cut_stream(ask):
    cut = ask("cut", stream=True)
    with pytest.raises(openai.APIConnectionError):
        list(cut)

    failed = list(ask("overloaded", stream=True))
    assert (len(failed), failed[-1].type, failed[-1].response.error.code) == (5, "response.failed", "server_error")

    broken = ask("error", stream=True)
    with pytest.raises(openai.APIError, match=r"The model is on strike\."):
        list(broken)


def test_chaos(client, workspace):
    for number in range(20):
        client.with_options(max_retries=5).responses.create(model="gpt-4.1", input=f"hello {number}")

    statuses = [exchange.status for exchange in workspace.requests]
    assert statuses.count(200) == 20
    assert {500, 503} < set(statuses)


def test_web_search(ask):
    response = ask(
        "How high is it?", tools=[{"type": "web_search"}], include=["web_search_call.action.sources"], stream=False
    )

    assert kinds(response) == ["web_search_call", "message"]
    assert response.output[0].action.sources[0].url == "https://example.com/eiffel"
    (citation,) = response.output[1].content[0].annotations
    assert response.output_text[citation.start_index : citation.end_index] == "It is 330 m high."


def test_file_search(ask):
    response = ask(
        "How many holidays?",
        tools=[{"type": "file_search", "vector_store_ids": ["vs_1"]}],
        include=["file_search_call.results"],
    )

    assert kinds(response) == ["file_search_call", "message"]
    assert response.output[0].results[0].text == "25 days a year."
    assert response.output[1].content[0].annotations[0].filename == "policy.md"


def test_code_interpreter(ask):
    response = ask(
        "Six times seven?",
        tools=[{"type": "code_interpreter", "container": {"type": "auto"}}],
        include=["code_interpreter_call.outputs"],
    )

    assert kinds(response) == ["code_interpreter_call", "message"]
    assert (response.output[0].code, response.output[0].outputs[0].logs) == ("print(6 * 7)", "42\n")


def test_image_generation(ask):
    (picture,) = ask("A pixel.", tools=[{"type": "image_generation"}]).output

    assert base64.b64decode(picture.result).startswith(b"\x89PNG")


def test_mcp(ask):
    searched = ask("Please search.", tools=[{**MCP, "require_approval": "never"}])
    assert kinds(searched) == ["mcp_list_tools", "mcp_call", "message"]

    asked = ask("Please delete it.", tools=[MCP])
    for approve, words in ((True, "It is gone."), (False, "Then I leave it.")):
        said = {"type": "mcp_approval_response", "approval_request_id": asked.output[-1].id, "approve": approve}
        assert ask([said], tools=[MCP], previous_response_id=asked.id).output_text == words


def test_computer(ask, hand_back):
    tools = [{"type": "computer_use_preview", "display_width": 800, "display_height": 600, "environment": "browser"}]
    more = {"model": "computer-use-preview", "tools": tools, "truncation": "auto"}

    click = ask("Please log in.", **more)
    assert click.output[-1].action.x == 100
    picture = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AAAA"}
    assert hand_back(click, "computer_call_output", picture, **more).output_text == "You are logged in."


def test_shell(ask, hand_back):
    shell = ask("Which files?", tools=[{"type": "shell"}], model="gpt-5.1")
    assert shell.output[-1].action.commands == ["ls"]
    printed = [{"stdout": "a.txt\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
    assert hand_back(shell, "shell_call_output", printed, model="gpt-5.1").output_text == "There is one file."

    local = ask("Which files?", tools=[{"type": "local_shell"}], model="codex-mini-latest")
    assert local.output[-1].action.command == ["ls", "-a"]
    said = {"type": "local_shell_call_output", "id": local.output[-1].call_id, "output": "a.txt"}
    assert ask([said], previous_response_id=local.id).output_text == "There is one file."


def test_apply_patch(ask):
    asked = ask("Please greet the world.", tools=[{"type": "apply_patch"}], model="gpt-5.1")
    call = asked.output[-1]
    assert call.operation.diff.splitlines()[-1] == '+print("Hello, world")'
    said = {"type": "apply_patch_call_output", "call_id": call.call_id, "status": "completed"}
    assert ask([said], previous_response_id=asked.id, model="gpt-5.1").output_text == "It greets the world now."


def test_tool_search(ask):
    response = ask("The weather?", tools=[{"type": "tool_search"}, {**WEATHER, "defer_loading": True}], model="gpt-5.4")

    assert kinds(response) == ["tool_search_call", "tool_search_output", "function_call"]
    assert response.output[1].tools[0].name == "get_weather"
