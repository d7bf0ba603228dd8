"""From a plan to the finished response."""

import pytest

from mockserver.errors import ScriptError
from mockserver.ids import Draws, ObjectIds
from mockserver.model.build import compaction, function_call, message, reasoning, web_search_call
from mockserver.model.finish import billed, finish, finished_item
from mockserver.model.plan import Plan
from mockserver.model.request import CreateRequest
from mockserver.spec.contract import violations
from tests.support.bodies import ask


def ids():
    return ObjectIds(Draws(b"seed"), unix_seconds=1_767_225_600)


def finished(plan, **body):
    return finish(CreateRequest(ask(**body)), plan, ids=ids(), created_at=1, completed_at=2)


def test_item_gets_what_the_script_left_out_in_the_order_of_the_wire():
    item = finished_item(function_call("f", call_id="call_1"), ids())

    assert list(item) == ["id", "type", "status", "arguments", "call_id", "name"]
    assert (item["status"], item["arguments"], item["call_id"]) == ("completed", "{}", "call_1")
    assert item["id"].startswith("fc_")


def test_item_keeps_what_the_script_says_and_does_not_know():
    item = finished_item({"type": "function_call", "name": "f", "id": "fc_mine", "status": "failed", "extra": 1}, ids())

    assert (item["id"], item["status"], item["extra"]) == ("fc_mine", "failed", 1)
    assert list(item)[-1] == "extra"


def test_item_of_an_unknown_type_is_left_as_it_is():
    assert finished_item({"type": "hologram_call", "beam": 7}, ids()) == {"type": "hologram_call", "beam": 7}


def test_item_without_what_only_the_script_can_say_is_an_error():
    with pytest.raises(ScriptError, match=r"An item lacks 'function_call\.name', which has no default\."):
        finished_item({"type": "function_call"}, ids())


def test_part_is_filled_up():
    item = finished_item({"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}, ids())

    assert item["content"] == [{"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi"}]


def test_two_items_do_not_share_their_defaults():
    one, two = (finished_item({"type": "web_search_call"}, ids()) for _ in range(2))
    one["action"]["queries"].append("x")

    assert two["action"]["queries"] == []


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param(
            Plan(output=[message("Hi")]),
            {"status": "completed", "completed_at": 2, "error": None, "incomplete_details": None},
            id="completed",
        ),
        pytest.param(
            Plan(output=[message("Hi")], status="incomplete", incomplete_reason="content_filter"),
            {"status": "incomplete", "completed_at": None, "incomplete_details": {"reason": "content_filter"}},
            id="incomplete",
        ),
        pytest.param(
            Plan(status="failed", error={"code": "server_error", "message": "It broke."}),
            {
                "status": "failed",
                "completed_at": None,
                "error": {"code": "server_error", "message": "It broke."},
                "usage": None,
            },
            id="failed",
        ),
        pytest.param(Plan(overrides={"model": "other", "new": 1}), {"model": "other", "new": 1}, id="overrides"),
    ],
)
def test_response_ends_as_planned(plan, expected):
    response = finished(plan)

    assert {key: response[key] for key in expected} == expected


def test_only_the_last_item_of_an_incomplete_response_is_incomplete():
    plan = Plan(output=[message("One"), message("Two")], status="incomplete", incomplete_reason="max_output_tokens")

    assert [item["status"] for item in finished(plan)["output"]] == ["completed", "incomplete"]


def test_keys_without_a_request_for_them_are_absent():
    assert finished(Plan()).keys().isdisjoint({"conversation", "prompt", "prompt_cache_options", "billing"})


def test_usage_that_is_planned_is_stated_and_adds_up():
    usage = finished(Plan(output=[message("Hi")], usage={"input_tokens": 7, "output_tokens": 5}))["usage"]

    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (7, 5, 12)


def test_searches_are_counted():
    response = finished(Plan(output=[web_search_call("a"), web_search_call("b"), message("Hi")]))

    assert response["tool_usage"]["web_search"] == {"num_requests": 2}


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param(Plan(overrides={"status": "in_progress"}), None, id="in progress"),
        pytest.param(Plan(overrides={"status": "queued"}), None, id="queued"),
        pytest.param(Plan(overrides={"status": "cancelled"}), None, id="cancelled"),
        pytest.param(Plan(overrides={"status": "completed"}, status="incomplete"), 2, id="completed after all"),
        pytest.param(Plan(overrides={"status": "in_progress", "completed_at": 7}), 7, id="said by the script"),
    ],
)
def test_a_response_is_completed_at_a_time_only_if_its_status_says_so(plan, expected):
    assert finished(plan)["completed_at"] == expected


@pytest.mark.parametrize(
    ("sent", "tier"),
    [("ultrafast", "ultrafast"), ("fast", "priority"), ("flex", "flex"), ("auto", "default"), (None, "default")],
)
def test_service_tier_is_the_one_that_served(sent, tier):
    assert finished(Plan(), service_tier=sent)["service_tier"] == tier


@pytest.mark.parametrize(
    ("sent", "key", "echo", "before"),
    [
        pytest.param(
            {"access_programs": {"cyber": "daybreak_blue"}},
            "access_programs",
            {"cyber": "daybreak_blue"},
            "background",
            id="access programs",
        ),
        pytest.param(
            {"image": {"context_compression": "enabled"}},
            "image",
            {"context_compression": "enabled"},
            "incomplete_details",
            id="image",
        ),
        pytest.param(
            {"image": {"context_compression": "auto"}},
            "image",
            {"context_compression": "disabled"},
            "incomplete_details",
            id="image, resolved",
        ),
    ],
)
def test_options_of_newer_models_are_repeated_where_they_are_sent(sent, key, echo, before):
    response = finished(Plan(), **sent)
    keys = list(response)

    assert response[key] == echo
    assert keys[keys.index(key) + 1] == before
    assert violations("objects", response, name="response") == []


@pytest.mark.parametrize("key", ["access_programs", "image"])
@pytest.mark.parametrize("sent", [None, {}])
def test_options_that_say_nothing_are_not_repeated(key, sent):
    assert key not in finished(Plan(), **{key: sent})


def test_moderation_has_a_result_for_the_input_and_for_the_output():
    response = finished(Plan(output=[message("Hi")]), moderation={"model": "omni-moderation-latest"})
    result = response["moderation"]["input"]

    assert list(response["moderation"]) == ["input", "output"]
    assert response["moderation"]["output"] == result
    assert (result["type"], result["model"], result["flagged"]) == (
        "moderation_result",
        "omni-moderation-latest",
        False,
    )
    assert result["categories"]["self-harm/intent"] is False
    assert result["category_scores"].keys() == result["categories"].keys()
    assert violations("objects", response, name="response") == []


@pytest.mark.parametrize(("status", "shown"), [("completed", True), ("incomplete", True), ("failed", False)])
def test_billing_stands_after_background_once_a_response_came_to_its_end(status, shown):
    keys = list(billed({"id": "resp_1", "status": status, "background": False, "error": None}))

    assert keys == ["id", "status", "background", *(["billing"] if shown else []), "error"]


@pytest.mark.parametrize(
    ("body", "encrypted"),
    [
        pytest.param({"model": "o3"}, False, id="not-asked"),
        pytest.param({"model": "o3", "include": ["reasoning.encrypted_content"]}, True, id="included"),
        pytest.param({"model": "gpt-5.6"}, True, id="newest-stored"),
        pytest.param({"model": "gpt-5.6", "store": False}, False, id="newest-not-stored"),
    ],
)
def test_reasoning_is_encrypted_where_it_is_to_be(body, encrypted):
    item = finished(Plan(output=[reasoning("Hm.")]), **body)["output"][0]

    assert list(item) == ["id", "type", "content", *(["encrypted_content"] if encrypted else []), "summary"]
    assert item.get("encrypted_content", "").startswith("gAAAAAB") is encrypted


@pytest.mark.parametrize("stated", ["mine", None])
def test_what_a_script_says_of_encrypted_content_stays(stated):
    item = {**reasoning("Hm."), "encrypted_content": stated}
    response = finished(Plan(output=[item, compaction("gAAA")]), include=["reasoning.encrypted_content"])

    assert [one["encrypted_content"] for one in response["output"]] == [stated, "gAAA"]


def test_compaction_is_encrypted_in_any_case():
    made = finished(Plan(output=[compaction()]))["output"][0]

    assert list(made) == ["id", "type", "encrypted_content"]
    assert made["encrypted_content"].startswith("gAAAAAB")


def test_input_is_not_encrypted():
    assert "encrypted_content" not in finished_item(reasoning("Hm."), ids())
