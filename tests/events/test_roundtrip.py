"""Whatever can be planned can be told: numbers, types, deltas, and back again."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.default.reply import default_reply
from mockserver.events.deltas import Padding, Splits, splits_of
from mockserver.events.emit import emit
from mockserver.events.fold import fold
from mockserver.ids import Draws, ObjectIds
from mockserver.model.finish import finish
from mockserver.model.plan import Plan
from mockserver.model.request import CreateRequest
from mockserver.spec.contract import violations
from mockserver.spec.item_types import ITEM_TYPES
from tests.events.items import ENDINGS, ITEM, plans
from tests.support.bodies import BODIES, ask


def finished(plan, body=None):
    """The response of a plan."""
    ids = ObjectIds(Draws(b"plan"), unix_seconds=1_767_225_600)
    return finish(CreateRequest(dict(body or ask())), plan, ids=ids, created_at=1, completed_at=2)


def told(final, **options):
    return list(emit(final, padding=Padding(Draws(b"padding")), **options))


def place(event):
    """Where a text stands: everything in an event that says where, and its stem."""
    where = (event.get(key) for key in ("output_index", "content_index", "summary_index", "command_index"))
    return event["type"].rpartition(".")[0], *where


def whole(event):
    """The text that a done event repeats, or None where it repeats none."""
    keys = ("text", "refusal", "arguments", "input", "code", "command", "diff")
    return next((event[key] for key in keys if isinstance(event.get(key), str)), None)


def check(final, **options):
    """All that holds of every stream."""
    events = told(final, **options)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [violations("events", event, strict=True) for event in events] == [[]] * len(events)
    assert fold(events) == final
    assert fold(events[:-1])["output"] == final["output"]  # the items alone tell it as well
    check_deltas(events)
    return events


def check_deltas(events):
    """The deltas of each text concatenate to what its done event repeats."""
    said: defaultdict[Any, str] = defaultdict(str)
    for event in events:
        if event["type"].endswith(".delta") and isinstance(event["delta"], str):
            said[place(event)] += event["delta"]
        elif event["type"].endswith(".done") and whole(event) is not None:
            assert said.pop(place(event), "") == whole(event)
    assert not said


def test_every_item_type_has_a_strategy():
    assert set(ITEM) == set(ITEM_TYPES)


@pytest.mark.parametrize("status", ENDINGS)
@pytest.mark.parametrize("kind", ITEM)
@settings(max_examples=5)
@given(data=st.data())
def test_item_of_every_type_is_told_and_folded_back(kind, status, data):
    check(finished(Plan(output=[data.draw(ITEM[kind])], status=status, **ENDINGS[status])))


@given(plan=plans())
def test_plan_of_any_items_is_told_and_folded_back(plan):
    check(finished(plan))


@given(plan=plans())
def test_background_work_is_told_as_queued_first(plan):
    events = check(finished(plan, ask(background=True)), queued=True)

    assert [event["type"] for event in events[:3]] == ["response.created", "response.queued", "response.in_progress"]
    assert [event["response"]["status"] for event in events[:3]] == ["queued", "queued", "in_progress"]


@given(plan=plans())
def test_cuts_that_are_read_from_a_stream_make_it_again(plan):
    final = finished(plan)
    events = told(final)

    assert told(final, splits=splits_of(events)) == events


@given(plan=plans(), images=st.integers(1, 3))
def test_partial_images_do_not_disturb_the_rest(plan, images):
    final = finished(plan)
    pictures = {n: ["aGk="] * images for n, item in enumerate(final["output"]) if "result" in item}
    events = check(final, splits=Splits(images=pictures))

    shown = [event for event in events if event["type"] == "response.image_generation_call.partial_image"]
    drawn = [item for item in final["output"] if item["type"] == "image_generation_call"]
    assert len(shown) == images * len(drawn)


@given(plan=plans())
def test_padding_changes_nothing_else(plan):
    final = finished(plan)
    padded = [{key: value for key, value in event.items() if key != "obfuscation"} for event in told(final)]

    assert padded == list(emit(final))


@given(plan=plans(), data=st.data())
def test_stream_cut_anywhere_folds_to_a_response_of_its_length(plan, data):
    final = finished(plan)
    events = told(final)
    count = data.draw(st.integers(1, len(events)))
    response = fold(events[:count])

    added = sum(event["type"] == "response.output_item.added" for event in events[:count])
    assert len(response["output"]) == added
    assert response["id"] == final["id"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_default_reply_is_told_and_folded_back(body):
    request = CreateRequest(dict(body))
    events = check(finished(default_reply(request, Draws(b"seed")), body))

    assert violations("objects", events[-1]["response"], name="response", strict=True) == []
