"""The agent's own tests: they know the plugin and its public names, and nothing else of the mock server."""

import subprocess
import sys
import threading

import openai
import pytest
from agent import Agent, AgentError
from openai import OpenAI

from mockserver import function_call, parallel


@pytest.fixture(scope="session")
def transport():
    with openai.DefaultHttpxClient(verify=False) as transport:  # reading certificates is slow, and not needed
        yield transport


@pytest.fixture
def client(transport, mock_openai):
    return OpenAI(http_client=transport, api_key=mock_openai.api_key)  # the base URL comes from the environment


@pytest.fixture
def weather(mock_openai):
    mock_openai.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
    mock_openai.on(tool_output={"name": "get_weather", "value": "18 °C"}).reply("It is 18 °C in Paris.")
    return mock_openai


def test_tool_is_called_and_its_output_handed_back(weather, client):
    assert Agent(client).answer("How is the weather?") == "It is 18 °C in Paris."

    asked, handed_back = weather.requests
    assert asked.input_text == "How is the weather?"
    assert handed_back.tool_output(asked.response["output"][0]["call_id"]) == "18 °C"


@pytest.mark.usefixtures("weather")
def test_words_are_shown_as_they_come(client):
    shown = []
    Agent(client, show=shown.append).answer("How is the weather?")

    assert "".join(shown) == "It is 18 °C in Paris."
    assert len(shown) > 3


def test_two_tools_are_called_at_once(mock_openai, client):
    calls = [function_call("get_weather", city=city, call_id=f"call_{city}") for city in ("Paris", "Oslo")]
    mock_openai.on(input="warmer").reply(parallel(*calls))
    mock_openai.on(tool_output=["call_Paris", "call_Oslo"]).reply("Paris.")

    assert Agent(client).answer("Which is warmer?") == "Paris."
    assert [item["output"] for item in mock_openai.requests[-1].input_items("function_call_output")] == [
        "18 °C",
        "4 °C",
    ]


def test_unknown_tool_is_told_to_the_model(mock_openai, client):
    mock_openai.enqueue(function_call("launch_rocket"))
    mock_openai.on(tool_output={"value": "unknown: 'launch_rocket'"}).reply("I cannot do that.")

    assert Agent(client).answer("Launch!") == "I cannot do that."


def test_next_question_goes_on_from_the_last(weather, client):
    agent = Agent(client)
    agent.answer("How is the weather?")
    weather.on(input="thank").reply("You are welcome.")

    assert agent.answer("Thank you.") == "You are welcome."
    weather.assert_called(input="thank", message="How is the weather?", times=1)


def test_overload_is_lived_through(mock_openai, client):
    mock_openai.on().times(2).fault(status=429, retry_after=0.01)
    mock_openai.on(input="hello").reply("Hi.")

    assert Agent(client).answer("hello") == "Hi."
    assert [exchange.status for exchange in mock_openai.requests] == [429, 429, 200]


def test_cut_stream_is_an_error(mock_openai, client):
    mock_openai.on().reply("A sentence that never ends.").fault(cut_after=6)

    with pytest.raises(openai.APIConnectionError):
        Agent(client).answer("hello")


def test_incomplete_answer_is_an_error(mock_openai, client):
    mock_openai.on().reply("Half of a", status="incomplete")

    with pytest.raises(AgentError, match="the response is incomplete"):
        Agent(client).answer("hello")


def test_loop_ends(mock_openai, client):
    mock_openai.on().times(5).reply(function_call("get_weather", city="Oslo"))

    with pytest.raises(AgentError, match="no answer in 5 rounds"):
        Agent(client).answer("hello")


def test_words_are_shown_before_the_answer_is_complete(mock_openai, client):
    mock_openai.on().reply("One two three.")
    first_word, shown = threading.Event(), []

    def show(words):
        shown.append(words)
        first_word.set()

    with mock_openai.gate() as gate:
        work = threading.Thread(target=Agent(client, show=show).answer, args=("hello",))
        work.start()
        gate.until("response.output_text.delta")
        assert first_word.wait(timeout=10)
        assert shown == ["One"]
    work.join(timeout=10)
    assert "".join(shown) == "One two three."


@pytest.mark.usefixtures("weather")
def test_command_finds_the_server_in_its_environment():
    command = [sys.executable, "agent.py", "How is the weather?"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "It is 18 °C in Paris.\n"
