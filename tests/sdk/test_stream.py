"""Streams as the official SDK reads them: `create(stream=True)` and `responses.stream()`."""

import openai
import pytest
from openai.types.responses import ResponseCompletedEvent, ResponseStreamEvent, ResponseTextDeltaEvent
from pydantic import TypeAdapter

from tests.support.bodies import BODIES, ask

WHOLE = {name: body for name, body in BODIES.items() if name != "cut"}  # the SDK gathers completed responses only

EVENT = TypeAdapter(ResponseStreamEvent)

# wire: sent by the real API, though the SDK's types do not have them
UNTYPED = {"response.apply_patch_call_operation_diff.delta", "response.apply_patch_call_operation_diff.done"}


def test_stream_tells_the_text_in_deltas(client):
    events = list(client.responses.create(**ask(), stream=True))

    deltas = [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)]
    assert len(deltas) > 5
    assert isinstance(events[-1], ResponseCompletedEvent)
    assert "".join(deltas) == events[-1].response.output_text
    assert [event.sequence_number for event in events] == list(range(len(events)))


async def test_async_stream_tells_the_text_in_deltas(async_client):
    stream = await async_client.responses.create(**ask(), stream=True)
    events = [event async for event in stream]

    deltas = [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)]
    assert "".join(deltas) == events[-1].response.output_text


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_event_is_of_the_type_that_the_sdk_has_for_it(client, body):
    events = [event.to_dict() for event in client.responses.create(**body, stream=True)]
    typed = [event for event in events if event["type"] not in UNTYPED]

    assert [EVENT.validate_python(event).type for event in typed] == [event["type"] for event in typed]


@pytest.mark.parametrize("body", WHOLE.values(), ids=WHOLE)
def test_stream_ends_with_what_the_sdk_has_gathered_from_it(client, body):
    with client.responses.stream(**body) as stream:
        events = list(stream)
        gathered = stream.get_final_response()

    assert gathered.to_dict()["output"] == events[-1].response.to_dict()["output"]
    assert gathered.output_text == "".join(
        event.delta for event in events if event.type == "response.output_text.delta"
    )


async def test_async_stream_manager_gathers_the_response(async_client):
    async with async_client.responses.stream(**ask()) as stream:
        texts = [event.snapshot async for event in stream if event.type == "response.output_text.delta"]
        response = await stream.get_final_response()

    assert texts[-1] == response.output_text
    assert response.status == "completed"


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_stream_ends_with_the_items_that_create_gives(client, body):
    *_, last = client.responses.create(**body, stream=True)
    response = client.responses.create(**body)

    assert [item.type for item in last.response.output] == [item.type for item in response.output]
    assert last.response.status == response.status


def test_raw_streaming_response_gives_lines(client):
    with client.responses.with_streaming_response.create(**ask(), stream=True) as response:
        lines = [line for line in response.iter_lines() if line]

    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert lines[0] == "event: response.created"
    assert lines[-2] == "event: response.completed"


def test_stream_that_hits_the_limit_ends_incomplete(client):
    *_, last = client.responses.create(**ask("A long story, please.", max_output_tokens=16), stream=True)

    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"


def test_obfuscation_is_on_until_switched_off(client):
    padded = client.responses.create(**ask(), stream=True)
    plain = client.responses.create(**ask(), stream=True, stream_options={"include_obfuscation": False})

    assert any("obfuscation" in event.to_dict() for event in padded)
    assert not any("obfuscation" in event.to_dict() for event in plain)


def test_client_may_leave_a_stream_in_the_middle(client):
    with client.responses.create(**ask(), stream=True) as stream:
        assert next(iter(stream)).type == "response.created"

    assert client.responses.create(**ask()).status == "completed"


def test_faulty_streaming_request_raises_before_any_event(client):
    with pytest.raises(openai.BadRequestError, match="Unknown parameter: 'n'"):
        client.responses.create(**ask(), stream=True, extra_body={"n": 2})
