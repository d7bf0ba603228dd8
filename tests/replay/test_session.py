"""Which recording answers, in which order, with whose ids; and what is said where none does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver.cassette.body import read_body
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked, RequestHead
from mockserver.replay.recorded_response import Recording, body_bytes
from mockserver.replay.session import Replay, recordings_of

RESP = "resp_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607182"
RUN_THEN, RUN_NOW = "019a3c1e-7d4e-7f0a-9b1c-2d3e4f5a6b7c", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def asked(value: Any = None, *, method: str = "POST", path: str = "/v1/responses") -> Asked:
    head = RequestHead(method, path, headers={"content-type": "application/json"})
    return Asked(head, b"" if value is None else json.dumps(value).encode())


def recorded(
    value: Any = None, answer: Any = None, *, method: str = "POST", path: str = "/v1/responses"
) -> RecordedExchange:
    return RecordedExchange(method=method, url_path=path, request_body=value, body=answer)


def replay(*exchanges: RecordedExchange, **options: Any) -> Replay:
    rows = [Recording(name=f"session.yaml:{number}", exchange=one) for number, one in enumerate(exchanges, start=1)]
    return Replay(rows, **options)


def answers(session: Replay, *requests: Asked) -> list[Any]:
    taken = [session.take(request) for request in requests]
    return [recording.exchange.body if recording else None for recording in taken]


def test_equal_requests_are_answered_first_in_first_out_and_then_not_at_all():
    session = replay(*(recorded({"input": "hi"}, {"n": number}) for number in (1, 2)))

    assert answers(session, *[asked({"input": "hi"})] * 3) == [{"n": 1}, {"n": 2}, None]


def test_last_answer_to_a_get_repeats():
    place = {"method": "GET", "path": f"/v1/responses/{RESP}"}
    session = replay(
        recorded({}, {"id": RESP, "status": "queued"}),
        *(recorded(answer={"status": status}, **place) for status in ("in_progress", "completed")),
    )

    polled = answers(session, asked({}), *[asked(**place)] * 4)

    assert [one["status"] for one in polled] == ["queued", "in_progress", "completed", "completed", "completed"]


def test_answer_alone_answers_any_request_to_its_route_in_order():
    def alone(answer: Any, *, method: str = "POST", path: str = "/v1/responses", status: int = 200) -> RecordedExchange:
        return RecordedExchange(method=method, url_path=path, body=answer, status=status, any_request=True)

    recordings = (
        alone({"n": 1}),
        alone({"n": 2}, status=429),
        alone({"n": 3}),
        alone({"n": 4}, method="GET", path="/v1/*/*items"),
        RecordedExchange(events=[{"type": "response.completed", "n": 5}], any_request=True),
        recorded({"input": "known"}, {"n": 6}),
    )
    items = asked(method="GET", path=f"/v1/responses/{RESP}/input_items")
    streamed = asked({"input": "a", "stream": True})

    session = replay(*recordings)
    assert answers(session, items, asked({"input": "known"}), asked({"input": "a"})) == [{"n": 4}, {"n": 6}, {"n": 1}]
    assert answers(session, streamed, streamed, streamed) == [{"n": 2}, None, None]
    assert answers(session, asked({"input": "b"}), asked({"input": "c"}), items) == [{"n": 3}, None, {"n": 4}]
    assert session.unused() == []
    assert answers(replay(alone({"n": 1}), repeat=True), *[asked({})] * 2) == [{"n": 1}] * 2


def test_branches_come_in_any_order():
    session = replay(*(recorded({"input": name}, {"name": name}) for name in "abc"))

    assert answers(session, *(asked({"input": name}) for name in "cab")) == [{"name": name} for name in "cab"]


def test_equal_but_for_volatile_values_the_same_values_come_first():
    session = replay(*(recorded({"input": f"On 2026-01-0{day}"}, {"day": day}) for day in (1, 2, 3)))

    found = answers(session, asked({"input": "On 2026-01-02"}), asked({"input": "On 2030-01-01"}))

    assert found == [{"day": 2}, {"day": 1}]


def test_ids_of_the_client_are_put_into_answers_from_then_on():
    session = replay(
        recorded({"metadata": {"run": RUN_THEN}}, {"id": RESP, "metadata": {"run": RUN_THEN}}),
        recorded(answer={"metadata": {"run": RUN_THEN}}, method="GET", path=f"/v1/responses/{RESP}"),
    )

    found = answers(session, asked({"metadata": {"run": RUN_NOW}}), asked(method="GET", path=f"/v1/responses/{RESP}"))

    assert found == [{"id": RESP, "metadata": {"run": RUN_NOW}}, {"metadata": {"run": RUN_NOW}}]


def test_ids_of_the_client_tell_recordings_apart_once_they_are_known():
    items = [f"msg_{digit}a1b2c3d4e5f" for digit in "12"]
    mine = [f"msg_{digit}f9e8d7c6b5a" for digit in "89"]
    session = replay(
        *(recorded({"id": one, "content": name}, {"id": one}) for one, name in zip(items, "ab", strict=True)),
        *(recorded(answer={"id": one}, method="GET", path=f"/v1/conversations/c/items/{one}") for one in items),
    )
    answers(session, *(asked({"id": one, "content": name}) for one, name in zip(mine, "ab", strict=True)))

    found = answers(session, *(asked(method="GET", path=f"/v1/conversations/c/items/{one}") for one in mine[::-1]))

    assert found == [{"id": one} for one in mine[::-1]]


def test_what_a_model_said_keeps_the_recorded_ids():
    said = {"output": [{"content": [{"text": f"Run {RUN_THEN} is done."}]}], "metadata": {"run": RUN_THEN}}
    session = replay(recorded({"input": f"Start {RUN_THEN}"}, said))

    [found] = answers(session, asked({"input": f"Start {RUN_NOW}"}))

    assert found == said | {"metadata": {"run": RUN_NOW}}


@pytest.mark.parametrize("key", ["output_text", "encrypted_content", "logprobs"])
def test_copies_of_what_a_model_said_keep_the_recorded_ids(key: str):
    session = replay(recorded({"input": f"Start {RUN_THEN}"}, {key: RUN_THEN, "user": RUN_THEN}))

    assert answers(session, asked({"input": f"Start {RUN_NOW}"})) == [{key: RUN_THEN, "user": RUN_NOW}]


def test_code_and_commands_that_a_model_wrote_keep_the_recorded_ids():
    said = {
        "output": [
            {"type": "code_interpreter_call", "code": f"run({RUN_THEN!r})"},
            {"type": "shell_call", "action": {"commands": [f"run {RUN_THEN}"]}},
            {"type": "apply_patch_call", "operation": {"diff": f"+{RUN_THEN}"}},
        ],
        "metadata": {"run": RUN_THEN},
    }
    session = replay(recorded({"input": f"Start {RUN_THEN}"}, said))

    [found] = answers(session, asked({"input": f"Start {RUN_NOW}"}))

    assert found == said | {"metadata": {"run": RUN_NOW}}


def test_ignored_paths_do_not_count():
    session = replay(recorded({"input": "hi", "user": "anna"}, {"n": 1}), ignore=["user"])

    assert answers(session, asked({"input": "hi", "user": "bert"})) == [{"n": 1}]


def test_fresh_and_rewound_sessions_start_again():
    session = replay(recorded({"input": "hi"}, {"n": 1}))
    other = session.fresh()

    assert answers(session, *[asked({"input": "hi"})] * 2) == [{"n": 1}, None]
    assert answers(other, *[asked({"input": "hi"})] * 2) == [{"n": 1}, None]
    session.rewind()
    assert answers(session, asked({"input": "hi"})) == [{"n": 1}]


def test_rewound_session_knows_no_ids_of_the_client():
    session = replay(
        recorded({"metadata": {"run": RUN_THEN}}, {"id": RESP}), recorded({"input": "hi"}, {"run": RUN_THEN})
    )
    session.take(asked({"metadata": {"run": RUN_NOW}}))
    session.rewind()

    assert answers(session, asked({"input": "hi"})) == [{"run": RUN_THEN}]


def test_unused_recordings_are_told():
    session = replay(recorded({"input": "hi"}, {}), recorded({"input": "bye"}, {}))
    session.take(asked({"input": "hi"}))

    assert session.unused() == ["session.yaml:2: POST /v1/responses 'bye'"]
    session.rewind()
    assert len(session.unused()) == 2


@pytest.mark.parametrize("words", ["hi", "other words"])
@pytest.mark.parametrize("alone", [False, True], ids=["request", "answer alone"])
def test_recording_whose_answer_does_not_count_answers_again(words: str, alone: Any):
    session = replay(replace(recorded({"input": "hi"}, {"n": 1}), any_request=alone), order=True)
    request = asked({"input": words})
    spoilt = [session.take(request, counted=False) for _ in range(2)]

    assert [one is not None and one.exchange.body for one in spoilt] == [{"n": 1}] * 2
    assert len(session.unused()) == 1
    assert answers(session, request, request) == [{"n": 1}, None]
    assert session.unused() == []


def test_repeated_answer_is_that_of_the_same_ids():
    runs = [RUN_THEN, RUN_NOW]
    session = replay(*(recorded({"metadata": {"run": run}}, {"n": n}) for n, run in enumerate(runs)), repeat=True)
    requests = [asked({"metadata": {"run": run}}) for run in runs]

    assert answers(session, *requests, *requests) == [{"n": 0}, {"n": 1}] * 2


def test_request_is_read_by_its_content_type():
    session = replay(recorded({"input": "hi"}, {"n": 1}), repeat=True)
    request = asked({"input": "hi"})
    as_text = Asked(RequestHead("POST", "/v1/responses", headers={"content-type": "text/plain"}), request.raw)

    assert answers(session, request, as_text, request) == [{"n": 1}, None, {"n": 1}]


def test_miss_names_the_nearest_recordings_and_each_field():
    session = replay(
        recorded({"model": "gpt-4.1", "input": "Weather in Paris?", "tools": [{"name": "get_weather"}]}, {}),
        recorded({"model": "gpt-4.1", "input": [{"role": "user", "content": "Weather in Rome?"}], "store": False}, {}),
        recorded(method="GET", path=f"/v1/responses/{RESP}"),
    )

    message = session.miss_message(
        asked({"model": "gpt-4.1", "input": "Weather in Oslo?", "tools": [{"name": "get_weather"}]})
    )

    assert message.splitlines() == [
        "No recording answers this request: POST /v1/responses 'Weather in Oslo?'.",
        "Nearest recordings:",
        "  1. session.yaml:1: POST /v1/responses 'Weather in Paris?'",
        "       input: wanted 'Weather in Paris?', got 'Weather in Oslo?'",
        "  2. session.yaml:2: POST /v1/responses 'Weather in Rome?'",
        '       input: wanted [{"content":"Weather in Rome?","role":"user"}], got \'Weather in Oslo?\'',
        "       store: wanted false, got nothing",
        '       tools: wanted nothing, got [{"name":"get_weather"}]',
        f"  3. session.yaml:3: GET /v1/responses/{RESP}",
        "       method: wanted 'GET', got 'POST'",
        "       path: wanted '/responses/<resp_…>', got '/responses'",
        '       body: wanted null, got {"input":"Weather in Oslo?","model":"gpt-4.1","tools":[{"name":"get_weather"}]}',
        "If only the prompt was edited, let recordings answer in their order: order=True, --order.",
        'Send what was recorded, or record it again; or let unmatched requests be answered: unmatched="answer".',
    ]


def test_miss_shows_a_long_text_from_where_it_differs():
    start = "You are a helpful assistant. " * 20
    session = replay(recorded({"instructions": start + "Answer in French."}, {}))

    message = session.miss_message(asked({"instructions": start + "Answer in German."}))

    shown = "wanted '…ssistant. Answer in French.', got '…ssistant. Answer in German.'"
    assert f"       instructions: {shown}" in message.splitlines()


def test_miss_says_that_a_recording_is_used_up():
    session = replay(recorded({"input": "hi"}, {}))
    session.take(asked({"input": "hi"}))

    message = session.miss_message(asked({"input": "hi"}))

    assert "       the same request, but this recording has been used" in message.splitlines()


def test_recordings_are_named_by_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in "ba":
        with CassetteWriter(tmp_path / f"{name}.yaml", header=Header()) as writer:
            writer.add(recorded({"input": name}, {}))
    monkeypatch.chdir(tmp_path.parent)

    folder = tmp_path.name
    assert [one.name for one in recordings_of([tmp_path])] == [f"{folder}/a.yaml:5", f"{folder}/b.yaml:5"]


def test_missing_cassette_is_an_error(tmp_path: Path):
    with pytest.raises(CassetteError, match=r"none\.yaml: cannot be read: No such file"):
        recordings_of([tmp_path / "none.yaml"])


SECRET = "sk-proj-" + "aB3dE5gH7jK9mN1pQ2rS"  # in two parts, so that no scanner takes this file for a leak


def test_what_was_redacted_in_a_recording_is_equal_in_a_request():
    arguments = json.dumps({"password": "REDACTED"})
    session = replay(recorded({"input": [{"arguments": arguments, "output": "sk-proj-REDACTED"}]}, {"n": 1}))

    sent = {"input": [{"arguments": json.dumps({"password": "hunter2hunter2"}), "output": SECRET}]}

    assert answers(session, asked(sent)) == [{"n": 1}]


def test_recording_of_a_recorder_that_redacted_less_answers_what_it_holds():
    session = replay(recorded({"input": "api_key=abcd1234efgh"}, {"n": 1}))

    assert answers(session, asked({"input": "api_key=abcd1234efgh"})) == [{"n": 1}]


@pytest.mark.parametrize("levels", [101, 500, 50_000])
@pytest.mark.parametrize("form", ["{}", '{{"arguments": {}}}'], ids=["body", "text in a body"])
def test_request_that_is_nested_too_deep_is_a_miss_or_answered_by_its_recording(levels: int, form: str):
    deep = "[" * levels + "]" * levels
    raw = form.format(deep if form == "{}" else json.dumps(deep)).encode()
    request = Asked(RequestHead("POST", "/v1/responses", headers={"content-type": "application/json"}), raw)
    body = read_body(raw, "application/json")

    missing, answering = replay(recorded({"input": "hi"}), redact=["email"]), replay(recorded(body, {"n": 1}))

    assert answers(missing, request) == [None]
    assert "No recording answers this request" in missing.miss_message(request)
    assert answers(answering, request) == [{"n": 1}]


def test_readers_of_a_replayed_answer_do_not_change_the_recording():
    events = [{"type": "response.completed", "response": {"id": RESP}}]
    response = Recording(name="c.yaml:1", exchange=RecordedExchange(events=events)).response
    assert response is not None
    response.events()[0]["response"]["id"] = response.final()["id"] = "changed"

    assert (response.events(), response.final()) == (
        [{"type": "response.completed", "response": {"id": RESP}}],
        {"id": RESP},
    )


def test_text_that_is_no_unicode_is_sent_as_it_was_recorded():
    assert body_bytes("\ud800!") == b"\xed\xa0\x80!"


@pytest.mark.parametrize("output", [[5], [{"type": "message", "content": 5}], [{}], {"a": 1}])
def test_response_of_an_unknown_shape_has_no_events(output: Any):
    body = {"object": "response", "id": RESP, "status": "completed", "output": output}
    response = Recording(name="c.yaml:1", exchange=RecordedExchange(body=body)).response

    assert response is not None
    assert (response.final(), response.types) == (body, ())
