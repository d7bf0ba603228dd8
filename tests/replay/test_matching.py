"""What has to be equal, as a test's author chooses it; and what a miss offers."""

import json
from dataclasses import replace
from typing import Any

import pytest

from mockserver.errors import ScriptError
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked, RequestHead
from mockserver.replay.recorded_response import Recording
from mockserver.replay.session import Replay

RUN = "019a3c1e-7d4e-7f0a-9b1c-2d3e4f5a6b7c"


def asked(body: Any, path: str = "/v1/responses") -> Asked:
    head = RequestHead("POST", path, target=path, headers={"content-type": "application/json"})
    return Asked(head, json.dumps(body).encode())


def recorded(body: Any, number: int, path: str = "/v1/responses") -> RecordedExchange:
    return RecordedExchange(url_path=path, request_body=body, body={"n": number})


def replay(*exchanges: RecordedExchange, **options: Any) -> Replay:
    rows = [Recording(name=f"session.yaml:{number}", exchange=one) for number, one in enumerate(exchanges, start=1)]
    return Replay(rows, **options)


def answers(session: Replay, *requests: Asked) -> list[Any]:
    taken = [session.take(request) for request in requests]
    return [recording.exchange.body["n"] if recording else None for recording in taken]  # type: ignore[index,call-overload]


def test_parts_that_are_not_named_need_not_be_equal():
    exchanges = [recorded({"input": f"at {RUN}"}, 1), recorded({"input": "b"}, 2, path="/v1/x?a=1")]

    session = replay(*exchanges, match_on=["method", "path"])

    assert answers(session, asked({"input": "?"}), asked([], "/v1/x?b=2"), asked({}, "/v1/y")) == [1, 2, None]


def test_function_decides_among_the_recordings_that_match():
    def same_user(recording: RecordedExchange, request: RecordedExchange) -> bool:
        return recording.request_body["user"] == request.request_body["user"]  # type: ignore[index,call-overload]

    exchanges = [recorded({"user": name, "input": "then"}, number) for number, name in enumerate("ab", start=1)]
    session = replay(*exchanges, match_on=["method", "path", same_user], repeat=True)

    users = [asked({"user": name, "input": "now"}) for name in "bacb"]
    assert answers(session, *users) == [2, 1, None, 2]


@pytest.mark.parametrize(
    ("match_on", "message"),
    [
        (["uri"], r"match_on has 'uri'; expected method, path, query, body, or functions of a recording and a request"),
        ("body", r"match_on is 'body'; expected a list of method, path, query, body, or functions"),
        ([], r"match_on is \[\]; expected a list"),
    ],
)
def test_part_that_does_not_exist_is_an_error(match_on: Any, message: str):
    with pytest.raises(ScriptError, match=message):
        replay(match_on=match_on)


def said(words: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "input_text", "text": words}]}


OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "18"}
PROMPTS: list[dict[str, Any]] = [
    {"model": "o3", "instructions": "Be brief.", "input": "One"},
    {"model": "o3", "input": [said("Two"), OUTPUT]},
    {"model": "o3", "input": "Three"},
]


def test_edited_prompts_are_answered_in_the_recorded_order():
    session = replay(*(recorded(body, number) for number, body in enumerate(PROMPTS, start=1)), order=True)

    given = [
        asked({**PROMPTS[2], "input": "Four", "instructions": "Be long."}),
        asked(
            {"model": "o3", "input": [said("Too"), {"type": "function_call_output", "call_id": "c", "output": "18"}]}
        ),
        asked({"model": "o3", "input": [said("Too"), {"type": "function_call_output", "call_id": "c", "output": "9"}]}),
        asked({"model": "o4", "input": "Three"}),
        asked({"model": "o3", "input": "Three"}),
        asked({"model": "o3", "input": "Three"}),
    ]

    assert answers(session, *given) == [1, 2, None, None, 3, None]


def test_recording_that_answered_in_its_order_is_used_up():
    session = replay(recorded({"input": "One"}, 1), order=True)

    assert answers(session, asked({"input": "Won"}), asked({"input": "One"})) == [1, None]


def test_answer_that_was_saved_alone_is_given_beside_the_order():
    alone = RecordedExchange(url_path="/v1/responses/r/cancel", body={"n": 1}, any_request=True)
    head = RequestHead("POST", alone.url_path, target=alone.url_path, headers={})

    assert answers(replay(alone, order=True), Asked(head, b"")) == [1]


def test_equal_request_goes_before_the_order():
    session = replay(
        *(recorded({"input": word}, number) for number, word in enumerate(["One", "Two"], start=1)), order=True
    )

    assert answers(session, asked({"input": "Two"}), asked({"input": "Too"})) == [2, 1]


IGNORE = "If {field} may differ, ignore it: ignore=[\"{field}\"], --ignore '{field}'."
ORDER = "If only the prompt was edited, let recordings answer in their order: order=True, --order."


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"metadata": {"run": "b"}}, IGNORE.format(field="metadata.run")),
        ({"user": "ada"}, IGNORE.format(field="user")),
        ({"input": "Hi"}, ORDER),
        ({"instructions": "No."}, ORDER),
        ({"user": "ada", "model": "o4"}, None),
        ({}, None),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_miss_offers_what_would_make_it_match(changed: dict[str, Any], hint: str | None):
    body = {"model": "o3", "input": "Hello", "metadata": {"run": "a"}}
    session = replay(recorded(body, 1))
    session.take(asked(body))

    lines = session.miss_message(asked({**body, **changed})).splitlines()

    assert [line for line in lines if line.startswith("If ")] == ([hint] if hint else [])


def test_miss_does_not_offer_the_order_that_is_on():
    session = replay(recorded({"input": "One"}, 1), order=True)

    assert answers(session, asked({"input": "Won"})) == [1]
    message = session.miss_message(asked({"input": "Once"}))

    assert "order=True" not in message
    assert (
        "\nRecordings answer in their order, each once; those that differ in the prompt alone have been used.\n"
    ) in message


@pytest.mark.parametrize(
    ("match_on", "shown"),
    [
        (["method", "path"], {"path"}),
        (["query"], {"query"}),
        (["body"], {"input", "user"}),
        (["path", lambda *_: False], {"path"}),
    ],
    ids=["method and path", "query", "body", "path and a function"],
)
def test_miss_shows_what_is_compared_and_nothing_else(match_on: Any, shown: set[str]):
    session = replay(recorded({"input": "a", "user": "b"}, 1, "/v1/responses?a=1"), match_on=match_on)

    (near,) = session.nearest(asked({"input": "c"}, "/v1/files?b=1"))

    assert {one.field.partition(".")[0] for one in near.differences} == shown


def test_function_decides_about_edited_prompts_too():
    def same_name(recording: RecordedExchange, request: RecordedExchange) -> bool:
        return recording.request_body["user"][0] == request.request_body["user"][0]  # type: ignore[index,call-overload]

    exchanges = [recorded({"user": name, "input": "then"}, number) for number, name in enumerate("ab", start=1)]
    session = replay(*exchanges, match_on=["path", "body", same_name], ignore=["user"], order=True)

    assert answers(session, asked({"user": "bob", "input": "now"})) == [2]


@pytest.mark.parametrize("target", ["/v1/responses?run=2", "/v1/embeddings?run=1"], ids=["query", "path"])
def test_miss_does_not_offer_to_ignore_what_ignore_cannot_name(target: str):
    session = replay(recorded({"model": "o3"}, 1, "/v1/responses?run=1"))
    head = RequestHead("POST", target.partition("?")[0], target=target, headers={"content-type": "application/json"})

    message = session.miss_message(Asked(head, b'{"model": "o3"}'))

    assert "1. session.yaml:1" in message
    assert "If " not in message


def test_miss_does_not_offer_to_ignore_what_decides_about_an_answer_alone():
    session = replay(replace(recorded(None, 1), any_request=True))

    message = session.miss_message(asked({"model": "o3", "stream": True}))

    assert "stream: " in message
    assert "If " not in message


def test_miss_names_recordings_of_its_own_endpoint_first():
    body = {"model": "o3", "input": "Hello"}
    session = replay(recorded(body, 1, "/v1/responses/compact"), recorded({"model": "o4", "input": "Bye"}, 2))

    assert [near.title.partition(" ")[0] for near in session.nearest(asked(body))] == [
        "session.yaml:2:",
        "session.yaml:1:",
    ]


def test_what_a_miss_offers_makes_it_match():
    body = {"model": "o3", "input": [said("Hello")], "metadata": {"run": "a"}}
    edited = {**body, "metadata": {"run": "b"}}

    assert answers(replay(recorded(body, 1), ignore=["metadata.run"]), asked(edited)) == [1]
    assert answers(replay(recorded(body, 1), order=True), asked({**body, "input": [said("Hi")]})) == [1]


def test_time_that_a_client_sends_does_not_change_the_answer():
    then, now = "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"
    answer = {"metadata": {"at": then}}
    session = replay(replace(recorded({"metadata": {"at": then}}, 1), body=answer))

    recording = session.take(asked({"metadata": {"at": now}}))

    assert recording is not None
    assert recording.exchange.body == answer


def test_last_of_the_answers_that_were_saved_alone_repeats_for_a_poll():
    alone = [
        RecordedExchange(method="GET", url_path="/v1/responses/resp_*", body={"n": number}, any_request=True)
        for number in (1, 2)
    ]
    poll = Asked(RequestHead("GET", "/v1/responses/resp_1", target="/v1/responses/resp_1", headers={}), b"")

    assert answers(replay(*alone), poll, poll, poll) == [1, 2, 2]


def test_used_recordings_are_named():
    session = replay(recorded({"input": "a"}, 1), recorded({"input": "b"}, 2))
    session.take(asked({"input": "b"}))

    assert session.used() == ["session.yaml:2"]


@pytest.mark.parametrize("options", [{"match_on": ["path", lambda *_: 1 / 0]}, {"before_record": lambda _: 1 / 0}])
def test_function_that_fails_is_an_error_of_the_script(options: dict[str, Any]):
    session = replay(recorded({"input": "a"}, 1), **options)

    with pytest.raises(ScriptError, match=r"(match_on|before_record) failed on a request: ZeroDivisionError"):
        session.take(asked({"input": "b"}))


def test_hook_that_gives_no_exchange_is_an_error_of_the_script():
    wrong: Any = lambda _: "x"  # noqa: E731 - it is called by name
    session = replay(recorded({"input": "a"}, 1), before_record=wrong)

    with pytest.raises(ScriptError, match="before_record gave 'x'; expected an exchange or None"):
        session.take(asked({"input": "b"}))


def test_miss_says_that_a_function_refused_what_is_equal():
    session = replay(recorded({"input": "a"}, 1), match_on=["body", lambda *_: False])

    assert session.take(asked({"input": "a"})) is None
    assert "a function of match_on says that it does not match" in session.miss_message(asked({"input": "a"}))
