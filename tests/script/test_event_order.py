"""Streams with events in an order of the test's own: lists, functions, and the changes that come with the package."""

import itertools

import pytest

from mockserver import ScriptError, Workspace, changing_ids, doubled, function_call, interleaved, without
from tests.support.bodies import ask
from tests.support.http import send

PATH = "/v1/responses"
CREATED, IN_PROGRESS, COMPLETED = "response.created", "response.in_progress", "response.completed"
DELTA = "response.function_call_arguments.delta"
CALLS = (function_call("get_weather", city="Paris"), function_call("get_time", city="Rome"))


def streamed(raw):
    return raw("POST", PATH, ask(stream=True)).events


def items_of(events):
    return [event["output_index"] for event in events if "output_index" in event]


def test_list_is_streamed_as_it_is_and_numbered(workspace, raw):
    workspace.on().reply("Hi.").events([{"type": CREATED}, {"type": "x.odd", "b": 1, "a": 2}, {"type": COMPLETED}])
    events = streamed(raw)

    assert [(event["type"], event["sequence_number"]) for event in events] == [
        (CREATED, 0),
        ("x.odd", 1),
        (COMPLETED, 2),
    ]
    assert list(events[1]) == ["type", "a", "b", "sequence_number"]
    assert events[0]["response"]["status"] == "in_progress"
    assert events[2]["response"]["output"][0]["content"][0]["text"] == "Hi."


def test_what_an_event_states_stays(workspace, raw):
    stated = [{"type": CREATED, "sequence_number": 7, "response": {"id": "resp_own"}}, {"type": COMPLETED}]
    workspace.on().events(stated)
    created, completed = streamed(raw)

    assert (created["sequence_number"], created["response"]) == (7, {"id": "resp_own"})
    assert (completed["sequence_number"], completed["response"]["output"]) == (1, [])


def test_function_gets_the_usual_events_without_numbers(workspace, raw):
    seen = []

    def reverse(events):
        seen.extend(events)
        return events[::-1]

    workspace.on().reply("Hi.").events(reverse)
    events = streamed(raw)

    assert [event["type"] for event in events] == [event["type"] for event in reversed(seen)]
    assert [event["sequence_number"] for event in events] == list(range(len(seen)))
    assert not any("sequence_number" in event for event in seen)


def test_parallel_calls_come_in_turns(workspace, raw):
    workspace.on().reply(*CALLS).events(interleaved)
    workspace.enqueue(*CALLS)
    usual, mixed = streamed(raw), streamed(raw)

    assert items_of(usual) == sorted(items_of(usual))
    assert items_of(mixed)[:6] == [0, 1, 0, 1, 0, 1]
    for index in (0, 1):
        of_item = [
            [event["type"] for event in events if event.get("output_index") == index] for events in (usual, mixed)
        ]
        assert of_item[0] == of_item[1]
    assert [event["type"] for event in mixed][:2] == [CREATED, IN_PROGRESS]
    assert mixed[-1]["type"] == COMPLETED


def test_events_are_missing_or_doubled(workspace, raw):
    workspace.on().times(1).reply("Hi.").events(without(IN_PROGRESS, COMPLETED))
    workspace.on().reply("Hi.").events(doubled(IN_PROGRESS))

    fewer = [event["type"] for event in streamed(raw)]
    more = [event["type"] for event in streamed(raw)]
    assert (fewer.count(IN_PROGRESS), fewer.count(COMPLETED), len(fewer)) == (0, 0, 8)
    assert (more.count(IN_PROGRESS), len(more)) == (2, 11)


def test_ids_change_from_event_to_event(workspace, raw):
    workspace.on().reply(*CALLS).events(changing_ids)
    events = streamed(raw)
    ids = [event.get("item_id") or event["item"]["id"] for event in events if "output_index" in event]

    assert len(set(ids)) == len(ids) > 6
    assert all(event["item"]["call_id"].startswith("call_") for event in events if "item" in event)


def test_json_reply_and_stored_response_stay_as_they_are(workspace, raw):
    workspace.on().reply("Hi.").events([{"type": "x.odd"}])
    made = raw("POST", PATH, ask()).json

    assert made["output"][0]["content"][0]["text"] == "Hi."
    assert raw("GET", f"{PATH}/{made['id']}").json["output"] == made["output"]


def test_events_are_paced_and_faulty_as_any(workspace, raw):
    workspace.on().reply("Hi.").events(doubled(CREATED)).fault(fail_after=3)

    assert [event["type"] for event in streamed(raw)] == [CREATED, CREATED, IN_PROGRESS, "response.failed"]


def test_same_request_gets_the_same_bytes(server):
    bodies = []
    for _ in range(2):
        workspace = server.workspace()
        workspace.on().reply(*CALLS).events(interleaved)
        bodies.append(send(workspace.base_url, "POST", PATH, ask(stream=True), key=workspace.api_key).body)

    assert bodies[0] == bodies[1]


def test_yaml_has_the_same(workspace: Workspace, raw, tmp_path):
    (tmp_path / "events.yaml").write_text(
        f"""
- when: {{input: list}}
  reply: Hi.
  events: [{{type: {CREATED}}}, {{type: {COMPLETED}}}]
- when: {{input: changes}}
  reply:
    - function_call: {{name: get_weather}}
    - function_call: {{name: get_time}}
  events: {{interleaved: true, without: {IN_PROGRESS}, doubled: [{COMPLETED}], changing_ids: false}}
"""
    )
    workspace.load(tmp_path / "events.yaml")
    listed = raw("POST", PATH, ask("list", stream=True)).types
    changed = raw("POST", PATH, ask("changes", stream=True)).events

    assert listed == [CREATED, COMPLETED]
    assert items_of(changed)[:4] == [0, 1, 0, 1]
    assert [event["type"] for event in changed].count(COMPLETED) == 2
    assert IN_PROGRESS not in [event["type"] for event in changed]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([], "expected a list of events, got a list []."),
        ("response.created", "expected a list of events, got a string 'response.created'."),
        ([{"typ": "x"}], "[0]: expected an event: a mapping with a 'type', got a mapping"),
        ({"with": "x"}, "with: unknown key 'with'"),
        ({"interleaved": 1}, "interleaved: expected true or false, got an integer 1."),
        ({"without": [5]}, "without[0]: expected a string"),
    ],
)
def test_what_are_no_events_is_refused(workspace, events, message):
    with pytest.raises(ScriptError) as raised:
        workspace.on().reply("Hi.").events(events)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: 1 / 0, "The function that changes the events raised ZeroDivisionError('division by zero')."),
        (lambda _: None, "The function that changes the events raised TypeError("),
        (lambda _: ["odd"], "expected events, each a mapping with a 'type', got 'odd'."),
    ],
)
def test_function_that_gives_no_events_is_an_error_that_says_so(workspace, raw, change, message):
    workspace.on().reply("Hi.").events(change)
    reply = raw("POST", PATH, ask(stream=True))

    assert (reply.status, reply.json["error"]["code"]) == (400, "script_error")
    assert message in reply.json["error"]["message"]


def test_sdk_meets_calls_that_are_mixed(workspace, client):
    workspace.on().reply(*CALLS).events(interleaved)
    with client.responses.stream(model="gpt-4o", input="hello") as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()

    assert [item.arguments for item in final.output] == ['{"city":"Paris"}', '{"city":"Rome"}']
    first, second = itertools.islice((at for at, kind in enumerate(kinds) if kind == "response.output_item.added"), 2)
    assert second == first + 1
