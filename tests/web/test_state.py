"""Stored responses and background work, as bytes on the wire."""

import pytest

from mockserver import ManualClock, MockServer, Pace
from tests.support.bodies import ask
from tests.support.http import refusal, send


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def test_retrieved_response_is_the_created_one_byte_for_byte(raw):
    created = raw("POST", "/v1/responses", ask())

    assert raw("GET", f"/v1/responses/{created.json['id']}").body == created.body


def test_retrieved_response_of_a_stream_is_what_the_stream_ended_with(raw):
    streamed = raw("POST", "/v1/responses", ask(stream=True)).events[-1]["response"]
    retrieved = raw("GET", f"/v1/responses/{streamed['id']}").json

    assert retrieved.pop("billing") == {"payer": "developer"}
    assert retrieved == streamed


@pytest.mark.parametrize("more", [{}, {"background": True}], ids=["plain", "background"])
def test_retrieved_response_of_a_stream_is_exactly_what_was_said(raw, workspace, more):
    workspace.on().reply("half a \ud83d", response={"far": 2**70})
    streamed = raw("POST", "/v1/responses", ask(stream=True, **more)).events[-1]["response"]
    retrieved = raw("GET", f"/v1/responses/{streamed['id']}")

    assert retrieved.status == 200
    assert {key: value for key, value in retrieved.json.items() if key != "billing"} == streamed


def test_unstored_response_is_not_there(raw, create):
    response_id = create(store=False)["id"]
    reply = raw("GET", f"/v1/responses/{response_id}")

    assert (reply.status, reply.json) == (404, refusal(f"Response with id '{response_id}' not found."))


def test_deleted_response_is_not_there(raw, create):
    response_id = create()["id"]
    deleted = raw("DELETE", f"/v1/responses/{response_id}")

    assert deleted.json == {"id": response_id, "object": "response.deleted", "deleted": True}
    for method, more in (("GET", ""), ("DELETE", ""), ("GET", "/input_items"), ("POST", "/cancel")):
        assert raw(method, f"/v1/responses/{response_id}{more}").status == 404


def test_workspaces_do_not_see_each_others_responses(raw, create):
    assert raw("GET", f"/v1/responses/{create()['id']}", key="another").status == 404


def test_background_response_is_queued_then_in_progress_then_completed(raw, create):
    begun = create(background=True)
    polls = [raw("GET", f"/v1/responses/{begun['id']}").json for _ in range(4)]

    assert [begun["status"], *(poll["status"] for poll in polls)] == [
        *("queued", "in_progress", "completed", "completed", "completed")
    ]
    for early in (begun, polls[0]):
        assert (early["output"], early["usage"], early["completed_at"], early["service_tier"]) == (
            [],
            None,
            None,
            "auto",
        )
        assert "billing" not in early
    assert polls[1]["billing"] == {"payer": "developer"}
    assert polls[1]["output"][0]["status"] == "completed"


def test_background_reply_does_not_count_against_rate_limits(raw):
    assert raw("POST", "/v1/responses", ask(background=True)).header("x-ratelimit-limit-requests") is None


def test_background_stream_shows_the_queue(raw):
    events = raw("POST", "/v1/responses", ask(background=True, stream=True)).events

    assert [event["type"] for event in events[:3]] == ["response.created", "response.queued", "response.in_progress"]
    assert [event["response"]["status"] for event in events[:3]] == ["queued", "queued", "in_progress"]
    assert not any("obfuscation" in event for event in events)


@pytest.mark.parametrize("seen", [-1, 0, 1, 5, 10_000])
def test_stream_told_again_is_the_rest_of_the_first_one(raw, seen):
    first = raw("POST", "/v1/responses", ask(background=True, stream=True))
    response_id = first.events[0]["response"]["id"]
    again = raw("GET", f"/v1/responses/{response_id}?stream=true&starting_after={seen}")

    assert again.header("content-type") == "text/event-stream; charset=utf-8"
    assert again.events == first.events[seen + 1 :]


def test_stream_false_in_the_query_gives_json(raw, create):
    response_id = create(background=True, stream=False)["id"]

    assert raw("GET", f"/v1/responses/{response_id}?stream=false").json["object"] == "response"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({}, "background=true", id="not-in-the-background"),
        pytest.param({"background": True}, "stream=true or the stream TTL has expired", id="not-streamed"),
    ],
)
def test_response_that_was_no_background_stream_cannot_be_streamed(raw, create, body, reason):
    reply = raw("GET", f"/v1/responses/{create(**body)['id']}?stream=true")
    message = f"This response cannot be streamed because it was not created with {reason}."

    assert (reply.status, reply.json) == (400, refusal(message, param="stream"))


def test_queued_response_can_be_cancelled_and_stays_so(raw, create):
    response_id = create(background=True)["id"]
    first, second, polled = (
        raw(method, f"/v1/responses/{response_id}{more}")
        for method, more in (("POST", "/cancel"), ("POST", "/cancel"), ("GET", ""))
    )

    assert first.json["status"] == "cancelled"
    assert (first.json["output"], first.json["usage"], first.json["error"], first.json["completed_at"]) == (
        *([], None, None, None),
    )
    assert first.body == second.body == polled.body


@pytest.mark.parametrize(
    ("body", "polls", "message"),
    [
        pytest.param({}, 0, "Cannot cancel a synchronous response.", id="synchronous"),
        pytest.param({"background": True}, 2, "Cannot cancel a completed response.", id="completed"),
    ],
)
def test_response_that_is_not_on_its_way_cannot_be_cancelled(raw, create, body, polls, message):
    response_id = create(**body)["id"]
    for _ in range(polls):
        raw("GET", f"/v1/responses/{response_id}")
    reply = raw("POST", f"/v1/responses/{response_id}/cancel")

    assert (reply.status, reply.json) == (400, refusal(message))


def test_cancelling_in_one_workspace_leaves_the_same_work_in_another_alone(make_store):
    """Both have the same id: it follows from the request."""
    with MockServer(make_store=make_store) as server:
        spaces = [server.workspace(clock=ManualClock(), pace=Pace(first=1, rate=1)) for _ in range(2)]

        def call(workspace, method, path, body=None):
            return send(server.base_url, method, path, body, key=workspace.api_key).json

        ids = {call(workspace, "POST", "/v1/responses", ask(background=True))["id"] for workspace in spaces}
        (path,) = (f"/v1/responses/{one}" for one in ids)
        cancelled = call(spaces[0], "POST", f"{path}/cancel")
        others = [call(spaces[1], "GET", path)["status"] for _ in range(10)]
        for workspace in spaces:
            assert isinstance(workspace.clock, ManualClock)
            workspace.clock.advance(1000)

    assert cancelled["status"] == "cancelled"
    assert others == ["queued"] * 10


def test_work_that_was_reset_does_not_end_what_came_since(raw, create, workspace):
    before = workspace.clock = ManualClock()
    workspace.pace = Pace(first=1, rate=1)
    early = create(background=True)
    workspace.reset()
    workspace.clock = ManualClock()
    late = create(background=True)
    before.advance(1000)
    statuses = [raw("GET", f"/v1/responses/{late['id']}").json["status"] for _ in range(10)]

    assert early["id"] == late["id"]  # which follows from the request
    assert statuses == ["queued"] * 10


def test_response_on_its_way_cannot_be_deleted(raw, create):
    reply = raw("DELETE", f"/v1/responses/{create(background=True)['id']}")

    assert (reply.status, reply.json) == (400, refusal("Cannot delete an in-flight response."))


def test_running_response_shows_how_far_it_has_come(raw, create, workspace):
    workspace.clock, workspace.pace = ManualClock(), Pace(first=1, rate=1)
    workspace.enqueue("one two three")
    response_id = create(background=True, stream=False)["id"]

    def shown():
        return raw("GET", f"/v1/responses/{response_id}").json

    assert shown()["status"] == "queued"
    workspace.clock.advance(3)
    assert (shown()["status"], shown()["usage"]) == ("in_progress", None)
    workspace.clock.advance(100)
    assert shown()["output"][0]["content"][0]["text"] == "one two three"
