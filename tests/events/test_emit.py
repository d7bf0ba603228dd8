"""The finished response told as events: order, numbers, keys; and every type that the SDK knows."""

from typing import Any

import pytest

from mockserver.events.deltas import Deltas, Padding, Splits
from mockserver.events.emit import emit
from mockserver.events.fold import fold
from mockserver.ids import Draws
from mockserver.spec.contract import contract, violations
from mockserver.spec.item_types import ITEM_TYPES
from tests.support.event_types import event_types

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "status": "completed",
    "error": None,
    "output": [],
    "service_tier": "default",
    "usage": {},
}


def response(*output, **changes):
    return {**RESPONSE, "output": [{"id": f"item_{n}", **item} for n, item in enumerate(output)], **changes}


def message(text, **changes):
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
    return {"type": "message", "status": "completed", "content": [part | changes], "role": "assistant"}


def types(events):
    return [event["type"].removeprefix("response.") for event in events]


def deltas(events):
    return [event["delta"] for event in events if event["type"].endswith(".delta")]


def test_text_is_told_in_the_recorded_order():
    assert types(emit(response(message("Hello there.")))) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


def test_text_delta_has_the_keys_of_the_wire_in_its_order():
    delta = list(emit(response(message("Hi")), padding=Padding(Draws(b"seed"))))[4]

    assert list(delta.items()) == [
        ("type", "response.output_text.delta"),
        ("content_index", 0),
        ("delta", "Hi"),
        ("item_id", "item_0"),
        ("logprobs", []),
        ("obfuscation", delta["obfuscation"]),
        ("output_index", 0),
        ("sequence_number", 4),
    ]
    assert len(delta["obfuscation"]) == 14


def test_opening_snapshots_know_nothing_yet():
    created, in_progress, *_ = emit(response(message("Hi"), completed_at=9))

    assert created["response"] == in_progress["response"]
    assert created["response"] == {
        "id": "resp_1",
        "status": "in_progress",
        "error": None,
        "output": [],
        "service_tier": "auto",
        "usage": None,
        "completed_at": None,
    }


def test_queued_run_opens_queued():
    events = list(emit(response(message("Hi")), queued=True))

    assert types(events)[:3] == ["created", "queued", "in_progress"]
    assert [event["response"]["status"] for event in events[:3]] == ["queued", "queued", "in_progress"]


@pytest.mark.parametrize(
    ("annotation", "after"),
    [
        pytest.param({"type": "url_citation", "start_index": 0, "end_index": 3}, "One", id="url"),
        pytest.param({"type": "url_citation", "start_index": 4, "end_index": 7}, " two", id="second word"),
        pytest.param({"type": "file_citation", "index": 12}, " three", id="file"),
        pytest.param({"type": "file_citation", "index": 99}, ".", id="past the end"),
    ],
)
def test_annotation_follows_the_delta_that_it_cites(annotation, after):
    events = list(emit(response(message("One two three.", annotations=[annotation]))))
    position = types(events).index("output_text.annotation.added")

    assert events[position - 1]["delta"] == after
    assert events[position]["annotation"] == annotation
    assert events[position]["annotation_index"] == 0


def test_logprobs_are_dealt_out_by_token():
    entries = [{"token": "One"}, {"token": " t"}, {"token": "wo"}]
    events = list(emit(response(message("One two", logprobs=entries))))

    assert [event["logprobs"] for event in events if event["type"].endswith("text.delta")] == [
        [{"token": "One"}],
        [{"token": " t"}, {"token": "wo"}],
    ]
    assert next(event["logprobs"] for event in events if event["type"].endswith("text.done")) == entries
    assert next(event["part"]["logprobs"] for event in events if event["type"].endswith("part.done")) == []


def test_refusal_is_not_padded():
    refusal = {"type": "message", "status": "completed", "content": [{"type": "refusal", "refusal": "No, sorry."}]}
    events = list(emit(response(refusal), padding=Padding(Draws(b""))))

    assert "obfuscation" not in events[4]
    assert deltas(events) == ["No", ",", " sorry", "."]


def test_reasoning_summary_is_told_part_by_part():
    summary = [{"type": "summary_text", "text": "First."}, {"type": "summary_text", "text": "Then."}]
    events = types(emit(response({"type": "reasoning", "content": [], "summary": summary})))

    part = [
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
    ]
    assert events[2:-1] == ["output_item.added", *part, *part, "output_item.done"]


def test_mcp_arguments_come_in_one_delta():
    call = {"type": "mcp_call", "arguments": '{"a": 1, "b": 2}', "error": None, "output": "3", "status": "completed"}
    events = list(emit(response(call)))

    assert deltas(events) == ['{"a": 1, "b": 2}']
    assert events[2]["item"] == {**call, "id": "item_0", "arguments": "", "output": None, "status": "in_progress"}


@pytest.mark.parametrize(
    ("item", "signal"),
    [
        pytest.param({"type": "mcp_call", "arguments": "{}", "error": {"code": 424}}, "mcp_call.failed", id="call"),
        pytest.param({"type": "mcp_list_tools", "tools": [], "error": "gone"}, "mcp_list_tools.failed", id="list"),
    ],
)
def test_item_with_an_error_signals_failure(item, signal):
    assert signal in types(emit(response(item)))


def test_partial_images_come_before_completed():
    image = {"type": "image_generation_call", "status": "completed", "result": "aGk=", "size": "8x8", "quality": "low"}
    events = list(emit(response(image), splits=Splits(images={0: ["YQ==", "YWI="]})))

    assert types(events)[3:-2] == [
        "image_generation_call.in_progress",
        "image_generation_call.generating",
        "image_generation_call.partial_image",
        "image_generation_call.partial_image",
        "image_generation_call.completed",
    ]
    assert events[2]["item"] == {"id": "item_0", "type": "image_generation_call", "status": "in_progress"}
    assert events[6]["partial_image_b64"] == "YWI="
    assert events[6]["partial_image_index"] == 1
    assert events[6]["size"] == "8x8"


def test_shell_output_is_told_per_stream():
    output = [{"stdout": "out", "stderr": "err", "outcome": {"type": "exit", "exit_code": 1}}]
    item = {"type": "shell_call_output", "call_id": "call_1", "status": "completed", "output": output}
    events = list(emit(response(item)))

    assert deltas(events) == [{"stdout": "out"}, {"stderr": "err"}]
    assert fold(events[:-2])["output"][0]["output"] == output


def test_deleting_a_file_has_no_diff_events():
    operation = {"type": "delete_file", "path": "a.txt"}
    item = {"type": "apply_patch_call", "status": "completed", "call_id": "call_1", "operation": operation}

    assert types(emit(response(item)))[2:-1] == ["output_item.added", "output_item.done"]


def test_failed_response_ends_with_a_nested_error():
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    *_, event, failed = emit(response(status="failed", error=error))

    assert event == {
        "type": "error",
        "error": {"type": "rate_limit_exceeded", "code": "rate_limit_exceeded", "message": "Slow down.", "param": None},
        "sequence_number": 2,
    }
    assert (failed["type"], failed["sequence_number"]) == ("response.failed", 3)


def test_incomplete_response_ends_incomplete():
    assert types(emit(response(message("Hi"), status="incomplete")))[-1] == "incomplete"


def test_known_cuts_are_kept():
    cuts = Splits(deltas={(0, "response.output_text.delta", 0): Deltas(texts=["He", "llo"])})

    assert deltas(emit(response(message("Hello")), splits=cuts)) == ["He", "llo"]


def test_unknown_item_type_is_added_and_done():
    item = {"type": "hologram_call", "status": "completed", "beam": 7}
    events = list(emit(response(item)))

    assert types(events)[2:-1] == ["output_item.added", "output_item.done"]
    assert events[2]["item"]["status"] == "in_progress"
    assert events[3]["item"] == {"id": "item_0", **item}


def test_table_can_make_every_event_type_of_the_contract():
    wire_only = {
        "response.apply_patch_call_operation_diff.delta",
        "response.apply_patch_call_operation_diff.done",
    }

    assert event_types() == set(contract()["events"]) | wire_only


def test_every_output_item_type_has_a_row_in_the_item_table():
    assert set(ITEM_TYPES) == set(contract()["output_items"])


def test_hand_made_events_pass_the_contract():
    events = emit(response(message("Hi")), padding=Padding(Draws(b"")))
    checked = [event for event in events if "response" not in event]

    assert [violations("events", event, strict=True) for event in checked] == [[]] * len(checked)
