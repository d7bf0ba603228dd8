"""A small agent, written as people write them: call tools, hand back their outputs, until there is a text."""

import json

import pytest

from tests.support.bodies import WEATHER

ROUNDS = 5

FINAL = {
    "type": "function",
    "name": "final_result",
    "description": "The final result of the run.",
    "parameters": {
        "type": "object",
        "properties": {"answer": {"type": "string"}},
        "required": ["answer"],
        "additionalProperties": False,
    },
    "strict": True,
}


def get_weather(city, unit):
    return f"18 degrees {unit} in {city}"


def outputs(response):
    return [
        {
            "type": "function_call_output",
            "call_id": item.call_id,
            "output": get_weather(**json.loads(item.arguments)),
        }
        for item in response.output
        if item.type == "function_call"
    ]


def without_parsed(item):
    """An item of the SDK's stream manager as the API takes it back."""
    return {key: value for key, value in item.to_dict().items() if key != "parsed_arguments"}


def run(client, model, **options):
    """The text that an agent ends with, and how many rounds it took."""
    history = [{"role": "user", "content": "What is the weather in Paris?"}]
    for number in range(1, ROUNDS + 1):
        response = client.responses.create(model=model, input=history, tools=[WEATHER], **options)
        history += [item.to_dict() for item in response.output]
        answers = outputs(response)
        if not answers:
            return response.output_text, number
        history += answers
    pytest.fail(f"The agent did not end in {ROUNDS} rounds.")


@pytest.mark.parametrize("model", ["gpt-4o", "o4-mini", "gpt-5.6"])
def test_agent_ends_with_a_text_about_the_tool_output(client, model):
    text, rounds = run(client, model)

    assert rounds == 2
    assert "get_weather returned 18 degrees" in text


def test_agent_that_keeps_nothing_on_the_server_ends(client):
    _, rounds = run(client, "gpt-5", store=False, include=["reasoning.encrypted_content"])

    assert rounds == 2


async def test_async_agent_that_streams_ends(async_client):
    history = [{"role": "user", "content": "What is the weather in Paris?"}]
    for _ in range(ROUNDS):
        stream = async_client.responses.stream(model="gpt-4o", input=history, tools=[WEATHER])
        async with stream as events:
            async for _event in events:
                pass
            response = await events.get_final_response()
        history += [without_parsed(item) for item in response.output]
        answers = outputs(response)
        if not answers:
            break
        history += answers

    assert "18 degrees" in response.output_text


def test_agent_with_a_final_result_tool_calls_it_last(client):
    history = [{"role": "user", "content": "What is the weather in Paris?"}]
    called: list[str] = []
    while "final_result" not in called and len(called) < ROUNDS:
        response = client.responses.create(
            model="gpt-4o", input=history, tools=[WEATHER, FINAL], tool_choice="required"
        )
        for item in response.output:
            called.append(item.name)
            answer = {"type": "function_call_output", "call_id": item.call_id, "output": "done"}
            history += [item.to_dict(), answer]

    assert called == ["get_weather", "final_result"]
