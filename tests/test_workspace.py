"""A workspace: what a test says to it and what it tells, through the official SDK."""

import contextlib
import os

import openai
import pytest

from mockserver import (
    Fault,
    ManualClock,
    MismatchError,
    MockServer,
    MockServerError,
    Pace,
    ScriptError,
    Settings,
    SettingsError,
    contains,
    function_call,
    glob,
    not_,
    regex,
)
from tests.support.http import send

MODEL = "gpt-4.1"


@pytest.fixture
def ask(client):
    """`ask(words, …)` gives the text of the answer."""
    return lambda words, **more: client.responses.create(**{"model": MODEL, "input": words, **more}).output_text


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


# What to answer


def test_rules_are_asked_in_order(workspace, ask):
    workspace.on(input="weather").reply("Sunny.")
    workspace.on().reply("Anything else.")

    assert [ask("The weather?"), ask("The time?")] == ["Sunny.", "Anything else."]


def test_rule_answers_as_often_as_it_says(workspace, ask):
    workspace.on().times(2).reply("Twice.")
    workspace.on().reply("Then this.")

    assert [ask("Go.") for _ in range(4)] == ["Twice.", "Twice.", "Then this.", "Then this."]


def test_replies_of_a_rule_are_a_sequence_whose_last_one_repeats(workspace, ask):
    workspace.on().reply("One.").reply("Two.")

    assert [ask("Go.") for _ in range(3)] == ["One.", "Two.", "Two."]


def test_queue_answers_before_all_rules_in_its_order(workspace, ask):
    workspace.on(input="hello").reply("By the rule.")
    workspace.enqueue("First.")
    workspace.enqueue("Second.", status="incomplete")

    assert [ask("hello") for _ in range(3)] == ["First.", "Second.", "By the rule."]


def test_reply_may_be_a_function_of_the_request(workspace, ask):
    workspace.on().reply(lambda request: request.user_text.upper())

    assert ask("loud") == "LOUD"


def test_reply_says_any_field_of_the_response(workspace, client):
    workspace.on().reply("Hi.", usage={"output_tokens": 7}, service_tier="flex")
    response = client.responses.create(model=MODEL, input="Hello.")

    assert (response.usage.output_tokens, response.service_tier) == (7, "flex")


def test_pace_of_the_workspace_is_for_replies_that_have_none(workspace, client):
    workspace.pace = Pace(first=30)
    workspace.on(input="slow").reply("Never seen.")
    workspace.on(input="quick").reply("At once.", pace=Pace(first=0.001))

    assert client.responses.create(model=MODEL, input="quick").output_text == "At once."
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.2).responses.create(model=MODEL, input="slow")


def test_rule_without_an_answer_is_an_error_that_names_it(workspace, client):
    workspace.on(input="hello").named("greeting")

    with pytest.raises(
        openai.BadRequestError, match=r"Rule greeting \(tests/test_workspace\.py:\d+\) matches, but has no"
    ):
        client.responses.create(model=MODEL, input="hello")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda mock: mock.on(imput="x"), id="unknown key"),
        pytest.param(lambda mock: mock.on().reply(5), id="no reply"),
        pytest.param(lambda mock: mock.on().times(0), id="no times"),
        pytest.param(lambda mock: mock.on().fault(), id="no fault"),
        pytest.param(lambda mock: mock.enqueue({"type": "message"}), id="item that lacks a key"),
        pytest.param(lambda mock: mock.chaos(2.0, Fault(status=500)), id="chaos above 1"),
        pytest.param(lambda mock: mock.load("nowhere.yaml"), id="no file"),
    ],
)
def test_impossible_script_is_refused_where_it_is_written(workspace, make):
    with pytest.raises(ScriptError):
        make(workspace)


def test_load_adds_the_rules_of_files(workspace, ask, write):
    workspace.on(input="hello").reply("From Python.")
    workspace.load(write("one.yaml", "- {when: {input: hello}, reply: Never.}\n- {when: {input: bye}, reply: Bye.}\n"))

    assert [ask("hello"), ask("bye")] == ["From Python.", "Bye."]


def test_chaos_spoils_all_or_nothing_at_its_ends(workspace, client, ask):
    workspace.on().reply("Fine.")
    workspace.chaos(1, Fault(status=503))
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model=MODEL, input="Hello.")
    workspace.chaos(0)

    assert ask("Hello.") == "Fine."


def test_chaos_strikes_the_same_requests_in_every_run(server, client):
    def statuses():
        space = server.workspace()
        space.chaos(0.5, Fault(status=500), Fault(status=503))
        here = client.with_options(api_key=space.api_key)
        for number in range(12):
            try:
                here.responses.create(model=MODEL, input=f"Number {number}.")
            except openai.InternalServerError:
                continue
        return [exchange.status for exchange in space.requests]

    first = statuses()
    assert first == statuses()
    assert set(first) == {200, 500, 503}


def test_chaos_does_not_use_up_a_rule(workspace, ask):
    workspace.on().times(1).reply("Once.")
    workspace.chaos(1, Fault(status=500))
    with pytest.raises(openai.InternalServerError):
        ask("Hello.")
    workspace.chaos(0)

    assert ask("Hello.") == "Once."
    workspace.assert_complete()


def test_rules_of_the_server_come_last_and_are_counted_in_each_workspace(write):
    path = write("base.yaml", "- {when: {input: once}, times: 1, reply: From the base.}\n- {reply: Base.}\n")
    with MockServer(Settings(fixtures=(str(path),))) as server:
        spaces = [server.workspace(), server.workspace()]
        spaces[0].on(input="mine").reply("Mine.")
        with openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
            for space in spaces:
                here = client.with_options(api_key=space.api_key)
                texts = [
                    here.responses.create(model=MODEL, input=words).output_text for words in ("once", "once", "mine")
                ]
                assert texts == ["From the base.", "Base.", "Mine." if space is spaces[0] else "Base."]


def test_changed_fixtures_of_the_server_take_over(write):
    path = write("base.yaml", "- {reply: Before.}\n")
    with (
        MockServer(Settings(fixtures=(str(path),))) as server,
        openai.OpenAI(base_url=server.base_url, api_key="k") as client,
    ):
        said = [client.responses.create(model=MODEL, input="Hello.").output_text]
        write("base.yaml", "- {reply: Afterwards.}\n")
        said.append(client.responses.create(model=MODEL, input="Hello.").output_text)

    assert said == ["Before.", "Afterwards."]


# Loud misses


def test_miss_names_the_nearest_rules_and_is_not_retried(workspace, client):
    workspace.on(input="weather", tools="get_weather").reply("Sunny.")
    workspace.on(input="time", stream=True).reply("Noon.").named("clock")
    workspace.on(model="o4-*", input="think", stream=True).reply("Hm.")
    workspace.on(model="o4-*", input="think", stream=True, metadata={"a": "b"}).reply("Far away.")
    with pytest.raises(openai.BadRequestError) as caught:
        client.with_options(max_retries=3).responses.create(model=MODEL, input="The time?")

    first = test_miss_names_the_nearest_rules_and_is_not_retried.__code__.co_firstlineno
    here = "tests/test_workspace.py"
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["message"].splitlines() == [
        "No rule matches this request: model 'gpt-4.1', input 'The time?'.",
        "Nearest rules:",
        f"  1. clock ({here}:{first + 2})",
        "       stream: wanted exactly True, got false",
        f"  2. {here}:{first + 1}",
        "       input: wanted text containing 'weather', got 'The time?'",
        "       tools: wanted 'get_weather', got nothing",
        f"  3. {here}:{first + 3}",
        "       model: wanted 'o4-*', got 'gpt-4.1'",
        "       input: wanted text containing 'think', got 'The time?'",
        "       stream: wanted exactly True, got false",
        'Add a rule that matches it, or change the request; or let unmatched requests be answered: unmatched="answer".',
    ]
    assert caught.value.code == "no_matching_rule"
    assert len(workspace.requests) == 1


def test_used_up_rule_is_named_as_such(workspace, ask):
    workspace.on(input="hello").times(1).reply("Once.")
    ask("hello")

    with pytest.raises(openai.BadRequestError, match="times: wanted at most 1, got one more"):
        ask("hello")


@pytest.mark.parametrize(
    ("policy", "has_rule", "answered"),
    [
        pytest.param(None, False, True, id="no rules"),
        pytest.param(None, True, False, id="rules"),
        pytest.param("fail", False, False, id="fail without rules"),
        pytest.param("fail", True, False, id="fail"),
        pytest.param("answer", True, True, id="answer"),
    ],
)
def test_unmatched_requests_fail_or_are_answered(server, client, policy, has_rule, answered):
    space = server.workspace(unmatched=policy)
    if has_rule:
        space.on(input="never").reply("Never.")
    with contextlib.nullcontext() if answered else pytest.raises(openai.BadRequestError, match="No rule matches"):
        client.with_options(api_key=space.api_key).responses.create(model=MODEL, input="Hello.")

    assert [exchange.status for exchange in space.requests] == [200 if answered else 400]
    assert bool(space.problems()) is not answered


# What came


def test_requests_tell_who_answered(workspace, client):
    workspace.on(input="hello").reply("Hi.").named("greeting")
    workspace.unmatched = "answer"
    client.responses.create(model=MODEL, input="hello")
    client.responses.create(model=MODEL, input="other")
    client.conversations.create()

    assert [(one.method, one.path, one.rule and one.rule.partition(" ")[0]) for one in workspace.requests] == [
        ("POST", "/v1/responses", "greeting"),
        ("POST", "/v1/responses", None),
        ("POST", "/v1/conversations", None),
    ]


def test_complete_script_passes(workspace, ask):
    workspace.on().times(1).reply("Once.")
    workspace.enqueue("First.")
    ask("Hello.")
    ask("Hello.")

    workspace.assert_complete()


def test_incomplete_script_tells_all_that_is_wrong(workspace, client):
    workspace.on(input="never").times(2).reply("Never.").named("lonely")
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model=MODEL, input="Hello.")

    with pytest.raises(MismatchError) as caught:
        workspace.assert_complete()
    assert isinstance(caught.value, AssertionError)
    lines = str(caught.value).splitlines()
    assert lines[:2] == [
        "Request #1 POST /v1/responses 'Hello.' -> 400 by no rule",
        "No rule matches this request: model 'gpt-4.1', input 'Hello.'.",
    ]
    assert lines[-1].startswith("Rule lonely (tests/test_workspace.py:")
    assert lines[-1].endswith(" answered 0 of 2 times.")


def test_every_rule_was_to_be_used_where_that_is_asked_for(server):
    mock = server.workspace(all_used=True)
    mock.on(input="hello").reply("Hi.")
    mock.on(input="never").named("idle").reply("Never.")
    mock.on(input="also never").named("counted").times(1).reply("Never.")
    send(mock.base_url, "POST", "/v1/responses", {"model": MODEL, "input": "hello"}, key=mock.api_key)
    idle, counted = mock.problems()

    assert idle.startswith("Rule idle (tests/test_workspace.py:")
    assert idle.endswith(" answered no request, and all_used asks for one. Is it needed, and does it match?")
    assert counted.endswith(" answered 0 of 1 times.")
    mock.all_used = False
    assert mock.problems() == [counted]


def test_rules_of_the_server_need_not_all_be_used(write):
    path = write("base.yaml", "- {when: {input: other}, reply: Other.}\n")
    with MockServer(Settings(fixtures=(str(path),))) as running:
        mock = running.workspace(all_used=True)
        mock.on(input="hello").reply("Hi.")
        send(running.base_url, "POST", "/v1/responses", {"model": MODEL, "input": "hello"}, key=mock.api_key)

        assert mock.problems() == []


@pytest.mark.parametrize(
    ("when", "count"),
    [
        pytest.param({}, 3, id="anything"),
        pytest.param({"input": "paris"}, 2, id="plain text is contained"),
        pytest.param({"input": regex("^Oslo")}, 1, id="regex"),
        pytest.param({"input": not_(contains("Oslo"))}, 2, id="not"),
        pytest.param({"model": glob("o4-*")}, 1, id="model"),
        pytest.param({"stream": False, "json": {"store": False}}, 1, id="json"),
    ],
)
def test_search_finds_the_requests_that_meet_a_when(workspace, ask, when, count):
    ask("Paris, please.")
    ask("Paris again.", model="o4-mini")
    ask("Oslo.", store=False)

    assert len(workspace.search(**when)) == count
    assert list(workspace.assert_called(times=count, **when)) == list(workspace.search(**when))


def test_search_sees_the_history_of_a_request(workspace, client):
    first = client.responses.create(model=MODEL, input="My name is Ada.")
    client.responses.create(model=MODEL, input="And now?", previous_response_id=first.id)

    assert [one.number for one in workspace.search(message="Ada")] == [1, 2]
    assert [one.number for one in workspace.search(message="And now")] == [2]


def test_search_sees_the_conversation_as_it_was_then(workspace, client):
    talk = client.conversations.create()
    for words in ("My name is Ada.", "And now?"):
        client.responses.create(model=MODEL, input=words, conversation=talk.id)

    assert [one.number for one in workspace.search(message="Ada")] == [2, 3]
    assert [one.number for one in workspace.search(message="And now")] == [3]


def test_request_whose_client_did_not_wait_is_there(workspace, client):
    rule = workspace.on().reply("Too late.").pace(first=30)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.1, max_retries=1).responses.create(model=MODEL, input="Hello.")
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model=MODEL, input=[])

    assert [one.status for one in workspace.requests] == [0, 0, 400]
    assert str(workspace.requests[0]) == f"#1 POST /v1/responses 'Hello.' -> no answer by {rule}"


def test_request_whose_reply_failed_names_its_rule(workspace, client):
    rule = workspace.on().reply(lambda _: 1 / 0)
    with pytest.raises(openai.BadRequestError, match="ZeroDivisionError"):
        client.responses.create(model=MODEL, input="Hello.")

    assert str(workspace.requests[0]) == f"#1 POST /v1/responses 'Hello.' -> 400 by {rule}"


def test_unknown_policy_for_unmatched_requests_is_refused(server):
    with pytest.raises(SettingsError, match="unmatched is 'ignore'; expected 'fail' or 'answer'"):
        server.workspace(unmatched="ignore")


def test_chaos_that_is_gone_from_the_fixtures_of_the_server_ends(write):
    path = write("base.yaml", "{rules: [{reply: Hi.}], chaos: {rate: 1, faults: [{status: 503}]}}\n")
    with (
        MockServer(Settings(fixtures=(str(path),))) as server,
        openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client,
    ):
        with pytest.raises(openai.InternalServerError):
            client.responses.create(model=MODEL, input="Hello.")
        write("base.yaml", "- {reply: Hi.}\n")
        assert client.responses.create(model=MODEL, input="Hello.").output_text == "Hi."


def test_search_passes_over_requests_that_nobody_could_read(workspace, raw, ask):
    raw("POST", "/v1/responses", {"model": MODEL, "input": 5})
    ask("Hello.")

    assert [one.number for one in workspace.search(input="hello")] == [2]


def test_called_passes_with_one_request_or_more(workspace, ask):
    ask("Hello.")
    ask("Hello.")

    assert [one.number for one in workspace.assert_called(input="hello")] == [1, 2]
    assert workspace.assert_called(input="bye", times=0) == []


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param(None, "Expected at least 1 request with {'input': 'time'}, got 0 of 4.", id="any"),
        pytest.param(1, "Expected 1 request with {'input': 'time'}, got 0 of 4.", id="one"),
        pytest.param(2, "Expected 2 requests with {'input': 'time'}, got 0 of 4.", id="two"),
    ],
)
def test_uncalled_shows_the_nearest_requests_field_by_field(workspace, ask, times, expected):
    for number in range(4):
        ask(f"Number {number}.")
    with pytest.raises(MismatchError) as caught:
        workspace.assert_called(times=times, input="time")

    assert str(caught.value).splitlines() == [
        expected,
        *(
            line
            for number in range(3)
            for line in (
                f"  #{number + 1} POST /v1/responses 'Number {number}.' -> 200 by default",
                f"      input: wanted text containing 'time', got 'Number {number}.'",
            )
        ),
    ]


def test_called_too_often_is_told(workspace, ask):
    ask("Hello.")
    ask("Hello.")

    with pytest.raises(MismatchError, match=r"Expected 1 request with \{'input': 'hello'\}, got 2 of 2"):
        workspace.assert_called(input="hello", times=1)


# Starting again


def test_reset_forgets_everything(workspace, client, ask):
    workspace.on().reply("Before.")
    before = client.responses.create(model=MODEL, input="Hello.")
    workspace.hold()
    workspace.reset()

    assert (workspace.requests, workspace.script.rules, workspace.gates) == ((), (), {})
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(before.id)
    assert ask("Hello.") != "Before."
    assert client.responses.create(model=MODEL, input="Hello.").id != before.id


def test_reset_gives_the_same_ids_again(workspace, client):
    ids = []
    for _ in range(2):
        ids.append(client.responses.create(model=MODEL, input="Hello.").id)
        workspace.reset()

    assert ids[0] == ids[1]


def test_workspaces_of_two_keys_share_nothing(server, client):
    one, two = server.workspace(), server.workspace()
    one.on().reply("One.")
    two.on().reply("Two.")
    texts = [
        client.with_options(api_key=space.api_key).responses.create(model=MODEL, input="Who?").output_text
        for space in (one, two, one)
    ]

    assert texts == ["One.", "Two.", "One."]
    assert (len(one.requests), len(two.requests)) == (2, 1)


# Gates


async def test_gate_lets_the_events_of_a_stream_out_one_by_one(workspace, async_client):
    workspace.on().reply("Step by step.")
    with workspace.gate() as gate:
        stream = await async_client.responses.create(model=MODEL, input="Hello.", stream=True)
        gate.step(2)
        seen = [(await anext(stream)).type for _ in range(2)]
        assert seen == ["response.created", "response.in_progress"]
        assert workspace.requests[0].response["status"] == "in_progress"
        gate.until("response.output_text.done")
        while seen[-1] != "response.output_text.done":
            seen.append((await anext(stream)).type)
        assert workspace.requests[0].response["output"][0]["content"][0]["text"] == "Step by step."
        assert workspace.requests[0].response["status"] == "in_progress"
        gate.open()
        assert [event.type async for event in stream][-1] == "response.completed"


async def test_leaving_the_gate_lets_everything_out(workspace, async_client):
    with workspace.gate():
        stream = await async_client.responses.create(model=MODEL, input="Hello.", stream=True)

    assert [event.type async for event in stream][-1] == "response.completed"
    assert workspace.active_gate is None


async def test_held_background_work_can_be_watched_and_cancelled(workspace, async_client):
    workspace.on().reply("Never said.")
    with workspace.gate() as gate:
        held = await async_client.responses.create(model=MODEL, input="Hello.", background=True)
        gate.until("response.in_progress")
        while (seen := await async_client.responses.retrieve(held.id)).status == "queued":
            pass
        assert seen.status == "in_progress"
        assert (await async_client.responses.cancel(held.id)).status == "cancelled"

    assert (await async_client.responses.retrieve(held.id)).status == "cancelled"


async def test_newest_gate_holds(workspace, async_client):
    with workspace.gate() as outer, workspace.gate() as inner:
        stream = await async_client.responses.create(model=MODEL, input="Hello.", stream=True)
        inner.step()
        assert (await anext(stream)).type == "response.created"
        outer.open()
        inner.step()
        assert (await anext(stream)).type == "response.in_progress"
        await stream.close()


def test_gate_released_twice_is_no_error(workspace):
    name = workspace.hold()
    workspace.release(name)
    workspace.release(name)

    assert workspace.gates == {}


def test_tool_call_is_answered_by_the_rule_for_its_output(workspace, client):
    workspace.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply("It is sunny.")
    tools = [{"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}]
    call = client.responses.create(model=MODEL, input="The weather?", tools=tools)
    output = {"type": "function_call_output", "call_id": call.output[0].call_id, "output": "sunny"}
    said = client.responses.create(model=MODEL, input=[output], previous_response_id=call.id, tools=tools)

    assert said.output_text == "It is sunny."
    assert workspace.requests[-1].tool_output(call.output[0].call_id) == "sunny"


def test_places_of_rules_are_seen_from_the_working_folder(workspace):
    rule = workspace.on()

    assert str(rule).partition(":")[0] == os.path.relpath(__file__)


def test_rule_can_be_instant_where_its_workspace_has_a_pace(server):
    clock = ManualClock()  # whoever waits, waits for ever
    workspace = server.workspace(pace=Pace(rate=1), clock=clock)
    workspace.on().pace().reply("At once.")
    reply = send(
        server.base_url, "POST", "/v1/responses", {"model": MODEL, "input": "x", "stream": True}, key=workspace.api_key
    )

    assert reply.events[-1]["type"] == "response.completed"


@pytest.mark.parametrize(
    ("key", "options", "said"),
    [
        pytest.param(None, {"pace": "fast"}, "rate: expected ", id="pace-text"),
        pytest.param(None, {"pace": -1}, "rate: expected more than 0 deltas per second, got -1.", id="pace-negative"),
        pytest.param(None, {"clock": "frozen"}, "clock is 'frozen'; expected a clock, such as RealClock()", id="clock"),
        pytest.param("", {}, "the API key of a workspace is ''; expected a text", id="no-key"),
        pytest.param(3, {}, "the API key of a workspace is 3; expected a text", id="key-of-another-type"),
    ],
)
def test_option_of_a_workspace_that_cannot_work_is_an_error(server, key, options, said):
    with pytest.raises(MockServerError) as caught:
        server.workspace(key, **options)

    assert str(caught.value).startswith(said)
