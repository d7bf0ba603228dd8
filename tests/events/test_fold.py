"""Events folded back: every step of the table, and what fold leaves alone."""

import copy
from typing import Any

import pytest

from mockserver.events.emit import emit
from mockserver.events.fold import Fold, fold

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "status": "completed",
    "error": None,
    "output": [],
    "service_tier": "default",
    "usage": {},
}


def events_of(*output, **changes):
    items = [{"id": f"item_{n}", **item} for n, item in enumerate(output)]
    return list(emit({**RESPONSE, "output": items, **changes}))


def message(text, **part):
    content = [{"type": "output_text", "annotations": [], "logprobs": [], "text": text} | part]
    return {"type": "message", "status": "completed", "content": content, "role": "assistant"}


def upto(events, kind):
    """The events up to the first one of a type, with it."""
    position = next(number for number, event in enumerate(events) if event["type"] == kind)
    return events[: position + 1]


def test_nothing_folds_to_an_empty_response():
    assert fold([]) == {"output": []}


def test_created_folds_to_its_snapshot():
    assert fold(events_of(message("Hi"))[:1]) == {
        **RESPONSE,
        "status": "in_progress",
        "service_tier": "auto",
        "usage": None,
    }


def test_text_grows_delta_by_delta():
    folding, texts = Fold(), []
    for event in events_of(message("One two.")):
        folding.apply(event)
        if event["type"] == "response.output_text.delta":
            texts.append(folding.response["output"][0]["content"][0]["text"])

    assert texts == ["One", "One two", "One two."]


def test_item_is_in_progress_until_it_is_done():
    events = events_of(message("Hi"))

    assert fold(upto(events, "response.content_part.done"))["output"][0]["status"] == "in_progress"
    assert fold(upto(events, "response.output_item.done"))["output"][0]["status"] == "completed"


def test_annotations_arrive_one_by_one():
    note = {"type": "url_citation", "start_index": 0, "end_index": 2, "title": "A", "url": "https://a.example"}
    events = events_of(message("Hi there", annotations=[note]))

    assert fold(upto(events, "response.output_text.annotation.added"))["output"][0]["content"][0] == {
        "type": "output_text",
        "annotations": [note],
        "logprobs": [],
        "text": "Hi",
    }


@pytest.mark.parametrize(
    ("item", "last", "expected"),
    [
        pytest.param(
            {"type": "function_call", "status": "completed", "arguments": '{"a":1}', "call_id": "c", "name": "f"},
            "response.function_call_arguments.done",
            {"arguments": '{"a":1}', "status": "in_progress"},
            id="arguments",
        ),
        pytest.param(
            {
                "type": "apply_patch_call",
                "status": "completed",
                "operation": {"type": "create_file", "diff": "+a", "path": "a"},
            },
            "response.apply_patch_call_operation_diff.done",
            {"operation": {"type": "create_file", "diff": "+a", "path": "a"}},
            id="nested-text",
        ),
        pytest.param(
            {"type": "shell_call", "status": "completed", "action": {"commands": ["ls", "pwd"], "timeout_ms": None}},
            "response.shell_call_command.done",
            {"action": {"commands": ["ls"], "timeout_ms": None}},
            id="list-of-strings",
        ),
        pytest.param(
            {"type": "reasoning", "content": [], "summary": [{"type": "summary_text", "text": "Hm."}]},
            "response.reasoning_summary_part.done",
            {"summary": [{"type": "summary_text", "text": "Hm."}]},
            id="summary",
        ),
        pytest.param(
            {"type": "code_interpreter_call", "status": "completed", "code": "1+1", "outputs": None},
            "response.code_interpreter_call_code.done",
            {"code": "1+1", "status": "in_progress"},
            id="code",
        ),
    ],
)
def test_part_of_an_item_is_read_as_soon_as_it_is_told(item, last, expected):
    (found,) = fold(upto(events_of(item), last))["output"]

    assert {key: found[key] for key in expected} == expected


def test_items_stand_in_the_order_of_their_index():
    events = events_of(message("One"), message("Two"))

    assert [item["id"] for item in fold(events[:-1])["output"]] == ["item_0", "item_1"]


def test_event_of_an_unknown_type_changes_nothing():
    events = events_of(message("Hi"))
    strange = {"type": "response.hologram.delta", "output_index": 0, "delta": "?", "sequence_number": 99}

    assert fold([*events[:5], strange]) == fold(events[:5])


def test_event_for_an_item_that_was_never_added_changes_nothing():
    lost = {"type": "response.output_text.delta", "output_index": 7, "content_index": 0, "delta": "?"}

    assert fold([*events_of()[:1], lost])["output"] == []


def test_folding_leaves_the_events_as_they_are():
    events = events_of(message("One two."))
    before = copy.deepcopy(events)
    fold(events)

    assert events == before
