"""`responses.create` of the official SDK: text, reasoning, limits, errors."""

import openai
import pytest
from openai.types.responses import Response

from tests.support.bodies import ask


def test_create_gives_a_text(client):
    response = client.responses.create(model="gpt-4o", input="Say hello.")

    assert response.output_text.startswith('Mock reply to "Say hello.')
    assert response.status == "completed"
    assert response.model == "gpt-4o-2024-08-06"
    assert [item.type for item in response.output] == ["message"]
    assert response.error is None


async def test_async_create_gives_a_text(async_client):
    response = await async_client.responses.create(model="gpt-4o", input="Say hello.")

    assert response.output_text.startswith('Mock reply to "Say hello.')


def test_response_has_ids_like_the_real_ones(client):
    response = client.responses.create(**ask())

    partition = response.id[5:21]
    assert response.id.startswith("resp_")
    assert len(response.id) == len("resp_") + 50
    assert response.output[0].id.startswith(f"msg_{partition}")


def test_request_is_echoed(client):
    response = client.responses.create(
        model="gpt-4.1",
        input=[{"role": "user", "content": [{"type": "input_text", "text": "Hi."}]}],
        instructions="Be brief.",
        metadata={"case": "7"},
        temperature=0.2,
        top_p=0.5,
        max_output_tokens=500,
        truncation="auto",
        user="u1",
    )

    assert response.instructions == "Be brief."
    assert response.metadata == {"case": "7"}
    assert (response.temperature, response.top_p, response.max_output_tokens) == (0.2, 0.5, 500)
    assert (response.truncation, response.user) == ("auto", "u1")


def test_usage_adds_up_and_grows_with_the_input(client):
    short = client.responses.create(**ask("Hi.")).usage
    long = client.responses.create(**ask("Hi. " * 100)).usage

    assert short.total_tokens == short.input_tokens + short.output_tokens
    assert long.input_tokens > short.input_tokens + 100


def test_output_limit_cuts_the_text(client):
    response = client.responses.create(**ask("Tell me a long story, please.", max_output_tokens=16))

    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage.output_tokens == 16
    assert response.output[-1].status == "incomplete"
    assert response.output_text.startswith("Mock reply to ")


@pytest.mark.parametrize("model", ["o3", "o4-mini", "gpt-5", "gpt-5-mini", "gpt-5.6", "gpt-6"])
def test_reasoning_model_thinks_first(client, model):
    response = client.responses.create(**ask(model=model))

    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert response.output[0].summary == []
    assert response.usage.output_tokens_details.reasoning_tokens > 0


def test_reasoning_summary_and_encrypted_content_come_when_asked(client):
    body = ask(model="gpt-5", reasoning={"summary": "auto"}, include=["reasoning.encrypted_content"], store=False)
    thought = client.responses.create(**body).output[0]

    assert thought.summary[0].text.startswith("**Considering ")
    assert thought.encrypted_content.startswith("gAAAAA")


def test_logprobs_come_when_included(client):
    response = client.responses.create(**ask(include=["message.output_text.logprobs"], top_logprobs=3))
    part = response.output[0].content[0]

    assert "".join(entry.token for entry in part.logprobs) == part.text
    assert {len(entry.top_logprobs) for entry in part.logprobs} == {3}


def test_raw_response_has_headers_and_the_parsed_response(client):
    raw = client.responses.with_raw_response.create(**ask())

    assert raw.headers["openai-version"] == "2020-10-01"
    assert raw.request_id == raw.headers["x-request-id"]
    assert isinstance(raw.parse(), Response)


async def test_async_raw_response_parses(async_client):
    raw = await async_client.responses.with_raw_response.create(**ask())

    assert raw.headers["content-type"] == "application/json"
    assert raw.parse().output_text.startswith("Mock reply")


def test_models_are_listed_and_any_name_is_one(client):
    assert "gpt-4o" in {model.id for model in client.models.list()}
    assert client.models.retrieve("my-own-model").id == "my-own-model"


def test_any_model_name_is_answered(client):
    assert client.responses.create(**ask(model="my-own-model")).model == "my-own-model"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        pytest.param({"temperature": "hot"}, "invalid_type", "temperature", id="mistyped"),
        pytest.param({"max_output_tokens": 15}, "integer_below_min_value", "max_output_tokens", id="too-small"),
        pytest.param({"truncation": "some"}, "invalid_value", "truncation", id="no-such-value"),
        pytest.param({"extra_body": {"n": 2}}, "unknown_parameter", "n", id="unknown"),
        pytest.param({"input": []}, "missing_required_parameter", None, id="empty-input"),
    ],
)
def test_faulty_request_raises_what_the_sdk_has_for_it(client, change, code, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**ask() | change)

    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.type == "invalid_request_error"
    assert (caught.value.request_id or "").startswith("req_")


async def test_faulty_request_raises_in_the_async_client(async_client):
    with pytest.raises(openai.BadRequestError, match="Missing required parameter: 'model'"):
        await async_client.responses.create(input="Hi.")
