import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer
from mockserver.authoring.yaml_source import read_yaml
from mockserver.cassette.exporters import EXPORTERS, export_exchanges
from mockserver.cassette.format import Header
from mockserver.cassette.importing.importer import import_file
from mockserver.cassette.writer import CassetteWriter
from mockserver.cassette.yaml_text import yaml_text
from mockserver.cli import main
from mockserver.commands.cassettes import FORMATS
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Channel
from tests.support.http import send

JSON = {"content-type": "application/json"}
STREAM = {"content-type": "text/event-stream; charset=utf-8"}
EVENTS = [{"type": "response.created", "sequence_number": 0}, {"type": "error", "number": 1.0, "text": "§\ud83d"}]
HTTP: dict[str, Any] = {"upstream": "https://api.openai.com", "started": 1_767_225_600.0}
EXCHANGES = [
    RecordedExchange(
        **HTTP,
        url_path="/v1/responses?a=%C3%A4&b",
        request_headers={**JSON, "accept": "a, b"},
        request_body={"model": "gpt-5", "input": "two\nlines: #\tand more ", "n": 1.0, "big": 2**70},
        headers=STREAM,
        events=EVENTS,
        other_frames=((0, ": hi"), (0, "id: 1\ndata: [1]"), (2, "data: [DONE]")),
    ),
    RecordedExchange(**HTTP, method="GET", status=404, headers=JSON, body={"error": None}),
    RecordedExchange(
        **HTTP, method="DELETE", url_path="/v1/files/f", headers={"content-type": "image/png"}, body=b"\x89\xff"
    ),
    RecordedExchange(**HTTP, request_headers=JSON, request_body='{"broken', status=599, headers=JSON, body="yes"),
]


@pytest.mark.parametrize("name", ["har", "vcr"])
def test_exchanges_come_back_equal_from_another_format(tmp_path: Path, name: str):
    path = tmp_path / "exported"
    path.write_text(export_exchanges(EXCHANGES, name).texts[0], encoding="utf-8", errors="surrogatepass")

    back = import_file(path, name)

    dated = {"date": "Thu, 01 Jan 2026 00:00:00 GMT"} if name == "vcr" else {}
    assert back == [replace(one, headers={**one.headers, **dated}) for one in EXCHANGES]
    assert repr([one.request_body for one in back]) == repr([one.request_body for one in EXCHANGES])


def streamed(number: int, *more: dict[str, Any]) -> list[dict[str, Any]]:
    response = {"id": f"resp_{number}", "object": "response", "output": []}
    ends = [{"type": f"response.{kind}", "response": response} for kind in ("created", "completed")]
    return [{**event, "sequence_number": index} for index, event in enumerate([ends[0], *more, ends[1]])]


STEER = {"type": "response.steer", "previous_response_id": "resp_1", "input": "Shorter."}
ACCEPTED = {"type": "response.steer.accepted", "steer": {"id": "steer_1"}}
REFUSED = {"message": "Slow down.", "type": "requests", "param": None, "code": "rate_limit_exceeded"}
HANDSHAKE = {"content-type": "x-unknown", "upgrade": "websocket"}
SOCKET: dict[str, Any] = {"upstream": "https://api.openai.com", "headers": HANDSHAKE}
ASKED_FOR = {"model": "gpt-6-astra", "stream": True}
SUCCESSOR = streamed(2)
SOCKET_EXCHANGES = [
    RecordedExchange(
        **SOCKET,
        request_body={**ASKED_FOR, "input": "A story."},
        channel=Channel(1, "a"),
        started=10.0,
        events=[*streamed(1, ACCEPTED), *SUCCESSOR],
        times=(0.5, 1.0, 1.5, 2.0, 2.5),
        steers=((1, STEER),),
    ),
    RecordedExchange(
        **SOCKET,
        request_body={**ASKED_FOR, "generate": False},
        channel=Channel(1),
        started=10.25,
        events=streamed(3),
        times=(1.0, 1.5),
    ),
    RecordedExchange(
        **SOCKET | {"headers": {**HANDSHAKE, "retry-after": "2"}},
        request_body={**ASKED_FOR, "input": "More."},
        channel=Channel(2),
        started=11.0,
        status=429,
        body={"error": REFUSED},
        times=(0.5,),
    ),
    EXCHANGES[1],
]


def test_sessions_over_websockets_come_back_equal_from_har(tmp_path: Path):
    path = tmp_path / "session.har"

    exported = export_exchanges(SOCKET_EXCHANGES, "har")

    path.write_text(exported.texts[0])
    assert import_file(path) == SOCKET_EXCHANGES
    assert exported.left_out == []


def test_archive_names_what_the_query_has_also_without_a_value():
    exchange = RecordedExchange(method="GET", url_path="/v1/models?after=&limit=2", body={})

    (text,) = export_exchanges([exchange], "har").texts

    (entry,) = json.loads(text)["log"]["entries"]
    assert entry["request"]["queryString"] == [{"name": "after", "value": ""}, {"name": "limit", "value": "2"}]


def test_recorded_date_stands_before_the_time_of_the_request():
    date = "Thu, 01 Jan 2026 00:00:05 GMT"
    exchange = RecordedExchange(headers={**JSON, "date": date}, body={}, started=1_767_225_600.0)

    (text,) = export_exchanges([exchange], "vcr").texts

    assert yaml.safe_load(text)["interactions"][0]["response"]["headers"]["date"] == [date]


LACKING = RecordedExchange(complete=False, events=EVENTS, times=(0.1, 0.2))
OVER_SOCKET = RecordedExchange(
    **HTTP, request_body={}, channel=Channel(1), steers=((1, {"type": "response.steer"}),), events=EVENTS
)


@pytest.mark.parametrize(
    ("name", "exchange", "left_out"),
    [
        (
            "har",
            replace(LACKING, request_body=b"\xff"),
            [
                "an upstream that was not recorded (api.openai.com stands for it): exchanges 1, 2",
                "that the upstream broke off: exchanges 1, 2",
                "the times of events: exchanges 1, 2",
                "a time of the request that was not recorded (1970 stands for it): exchanges 1, 2",
                "the binary body of a request: exchanges 1, 2",
            ],
        ),
        (
            "vcr",
            RecordedExchange(**HTTP, body={}, times=(1.0,)),
            [
                "that the request was not recorded (it has no body there): exchanges 1, 2",
                "the times of the answer: exchanges 1, 2",
            ],
        ),
        (
            "vcr",
            OVER_SOCKET,
            [
                "that it passed over a WebSocket (it is written as its request would be over HTTP): exchanges 1, 2",
                "what the client sent while the response was made: exchanges 1, 2",
            ],
        ),
        ("jsonl", EXCHANGES[1], ["an answer that is not a stream: exchanges 1, 2"]),
        (
            "jsonl",
            replace(EXCHANGES[0], complete=False, times=(1.0, 2.0)),
            [
                "the request, the status and the headers: exchanges 1, 2",
                "what the stream held besides events: exchanges 1, 2",
                "the times of events: exchanges 1, 2",
                "that the upstream broke off: exchanges 1, 2",
            ],
        ),
        (
            "rules",
            replace(EXCHANGES[2], method="GET", url_path="/v1/files?after=f"),
            ["a binary answer: exchanges 1, 2"],
        ),
        (
            "rules",
            RecordedExchange(request_body={"generate": False}, channel=Channel(1), events=EVENTS),
            ["warm-ups, which the server answers itself: exchanges 1, 2"],
        ),
        (
            "rules",
            RecordedExchange(request_body={"input": 5}),
            ["a request that is not one for a response: exchanges 1, 2"],
        ),
        ("rules", RecordedExchange(request_body={}, body="?"), ["an answer that is not a response: exchanges 1, 2"]),
        (
            "rules",
            RecordedExchange(request_body={}, status=409, body={"error": {"message": "No.", "code": None}}),
            ["that the type of an error is None: exchanges 1, 2"],
        ),
    ],
)
def test_what_a_format_cannot_say_is_told(name: str, exchange: RecordedExchange, left_out: list[str]):
    assert list(export_exchanges([exchange, exchange], name).left_out) == left_out


def answered(output: list[Any], number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"resp_{number}", "object": "response", "status": "completed", "output": output, **more}


def asked(given: Any, reply: dict[str, Any], **more: Any) -> RecordedExchange:
    return RecordedExchange(request_body={"model": "gpt-4.1", "input": given, **more}, headers=JSON, body=reply)


def said(text: str, **part: Any) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": [], **part}]
    return {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": content}


def called(name: str, arguments: str, call_id: str = "call_1") -> dict[str, Any]:
    call = {"name": name, "arguments": arguments, "call_id": call_id}
    return {"id": "fc_1", "type": "function_call", "status": "completed", **call}


def output_of(call_id: str) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": "18"}


SESSION = [
    asked("The weather?", answered([called("get_weather", '{"city":"Paris"}'), called("log", '{ "n": 1 }', "call_2")])),
    asked(
        [output_of("call_1"), output_of("call_2")],
        answered([{"id": "rs_1", "type": "reasoning", "summary": []}, said("Costs ${price}.\nSunny!")], 2),
        previous_response_id="resp_1",
    ),
    asked("Thanks", answered([said("You are welcome.")], 3)),
    asked("Thanks", answered([said("Really.")], 4)),
    asked("Cite", answered([said("Here.", annotations=[{"type": "file_citation", "index": 4}])], 5)),
    asked(
        "Draw", answered([{"id": "ig_1", "type": "image_generation_call", "status": "generating", "result": "aGk="}], 6)
    ),
    asked("Long", answered([said("A")], 7, status="incomplete", incomplete_details={"reason": "content_filter"})),
    asked("Fail", answered([], 8, status="failed", error={"code": "server_error", "message": "Broken."})),
    RecordedExchange(
        request_body={"model": "gpt-4.1", "input": "Fast"},
        status=429,
        headers={"retry-after": "2"},
        body={"error": {"message": "Slow down.", "type": "requests", "param": None, "code": "rate_limit_exceeded"}},
    ),
    asked("Fast", answered([said("Here I am.")], 9)),
    RecordedExchange(method="GET", url_path="/v1/responses/resp_1", headers=JSON, body={}),
    RecordedExchange(url_path="/v1/embeddings", request_body={"input": "a"}, headers=JSON, body={"data": [1]}),
]
RULES = """\
# A recorded session as rules. Ids, times, token counts and headers are those of the server.
# Not in these rules: requests about stored responses and conversations, which the server answers itself: exchange 11.
- when: {model: gpt-4.1, input: 'The weather?'}
  reply:
    - function_call: {name: get_weather, arguments: {city: Paris}}
    - function_call: {name: log, arguments: '{ "n": 1 }'}
- when: {model: gpt-4.1, input: 'The weather?', tool_output: [get_weather, log]}
  reply:
    - reasoning: {summary: []}
    - |-
      Costs $${price}.
      Sunny!
- when: {model: gpt-4.1, input: Thanks}
  replies:
    - You are welcome.
    - Really.
- when: {model: gpt-4.1, input: Cite}
  reply:
    message: {text: Here., annotations: [{type: file_citation, index: 4}]}
- when: {model: gpt-4.1, input: Draw}
  reply: {type: image_generation_call, status: generating, result: aGk=}
- when: {model: gpt-4.1, input: Long}
  reply: A
  status: incomplete
  incomplete_reason: content_filter
- when: {model: gpt-4.1, input: Fail}
  reply: []
  error: {code: server_error, message: Broken.}
- when: {model: gpt-4.1, input: Fast}
  times: 1
  fault:
    status: 429
    type: requests
    code: rate_limit_exceeded
    message: Slow down.
    headers: {retry-after: '2'}
- when: {model: gpt-4.1, input: Fast}
  reply: Here I am.
- when: {method: POST, path: /v1/embeddings}
  reply:
    json: {data: [1]}
"""


def test_session_becomes_rules_that_a_person_edits():
    assert export_exchanges(SESSION, "rules").texts == [RULES]


def test_rules_answer_the_session_with_its_items(server: MockServer, tmp_path: Path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    workspace = server.workspace()
    workspace.load(path)
    plain = [exchange for exchange in SESSION if exchange.request_body and "previous_response_id" not in str(exchange)]

    replies = [send(workspace.base_url, "POST", one.url_path, one.request_body, key=workspace.api_key) for one in plain]

    assert [reply.status for reply in replies] == [one.status for one in plain]
    answers = [reply.json for reply in replies]
    texts = [[part["text"] for item in one.get("output", ()) for part in item.get("content", ())] for one in answers]
    assert texts == [[], ["You are welcome."], ["Really."], ["Here."], [], ["A"], [], [], ["Here I am."], []]
    assert answers[0]["output"][1]["arguments"] == '{ "n": 1 }'
    assert answers[7]["error"]["message"] == "Slow down."
    server.discard(workspace)


def test_rules_that_would_take_a_later_request_answer_only_their_own():
    session = [
        asked("Go on", answered([said("One.")])),
        asked("Please go on", answered([said("Two.")], 2)),
        asked("Go on", answered([said("Three.")], 3)),
        asked([{"role": "user", "content": "Go"}, called("a", "{}"), output_of("call_1")], answered([said("A.")], 4)),
        asked(
            [
                {"role": "user", "content": "Go"},
                *(called("a", "{}"), output_of("call_1")),
                *(called("b", "{}", "call_2"), output_of("call_2")),
            ],
            answered([said("B.")], 5),
        ),
    ]

    assert export_exchanges(session, "rules").texts[0].partition("\n")[2] == (
        "- when: {model: gpt-4.1, input: Go on}\n  times: 1\n  reply: One.\n"
        "- when: {model: gpt-4.1, input: Please go on}\n  reply: Two.\n"
        "- when: {model: gpt-4.1, input: Go on}\n  reply: Three.\n"
        "- when: {model: gpt-4.1, input: Go, tool_output: a}\n  times: 1\n  reply: A.\n"
        "- when: {model: gpt-4.1, input: Go, tool_output: [a, b]}\n  reply: B.\n"
    )


def test_output_in_a_conversation_names_the_tool_that_was_called_there():
    exchanges = [
        asked("Weather?", answered([called("get_weather", "{}")], 1), conversation="conv_1"),
        asked([output_of("call_1")], answered([said("Sunny.")], 2), conversation="conv_1"),
    ]

    (text,) = export_exchanges(exchanges, "rules").texts

    assert yaml.safe_load(text)[1]["when"]["tool_output"] == "get_weather"


def test_command_lines_send_the_recorded_request():
    body = {"model": "gpt-5", "input": "It's $HOME & `more`"}
    exchanges = [
        RecordedExchange(**HTTP, request_headers={**JSON, "user-agent": "x"}, request_body=body, events=EVENTS),
        RecordedExchange(**HTTP, method="GET", url_path="/v1/responses/r?a=1&b=2", request_body=b"\x00\xff"),
    ]
    script = export_exchanges(exchanges, "curl").texts[0]
    shown = "curl() { printf '<%s>' \"$@\"; case $* in *@-) od -An -tx1;; esac; }\n"

    done = subprocess.run(
        ["/bin/sh", "-c", shown + script], capture_output=True, text=True, check=True, env={"OPENAI_API_KEY": "k"}
    )

    assert done.stdout == (
        "<--no-buffer><-X><POST><https://api.openai.com/v1/responses><-H><Authorization: Bearer k>"
        f"<-H><content-type: application/json><--data-raw><{json.dumps(body)}>"
        "<-X><GET><https://api.openai.com/v1/responses/r?a=1&b=2><-H><Authorization: Bearer k>"
        "<--data-binary><@-> 00 ff\n"
    )


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "session.yaml"
    with CassetteWriter(path, header=Header(upstream="https://api.openai.com")) as writer:
        for exchange in [EXCHANGES[1], SESSION[2], EXCHANGES[0], EXCHANGES[0]]:
            writer.add(exchange)
    return path


def test_export_prints_the_rules(capsys: pytest.CaptureFixture[str], cassette: Path):
    assert main(["export", str(cassette), "--to", "rules", "--exchange", "2"]) == 0

    assert capsys.readouterr().out.splitlines()[1:] == [
        "- when: {model: gpt-4.1, input: Thanks}",
        "  reply: You are welcome.",
    ]


def test_export_writes_a_file_for_each_stream_and_says_what_is_left_out(
    capsys: pytest.CaptureFixture[str], cassette: Path, tmp_path: Path
):
    target = tmp_path / "events.jsonl"

    assert main(["export", str(cassette), "--to", "jsonl", "-o", str(target)]) == 0

    said = capsys.readouterr()
    paths = [tmp_path / "events-1.jsonl", tmp_path / "events-2.jsonl"]
    assert said.out == "".join(f"{path} written.\n" for path in paths)
    assert "left out: an answer that is not a stream: exchanges 1, 2\n" in said.err
    assert [import_file(path)[0].events for path in paths] == [EVENTS, EVENTS]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "rules", "--exchange", "1"], "no exchange can be written as rules; nothing was written"),
        (["--to", "har", "--exchange", "0"], "there is no exchange 0; it has 4, counted from 1"),
        (["--to", "har", "--exchange", "5"], "there is no exchange 5; it has 4, counted from 1"),
    ],
)
def test_export_of_nothing_is_an_error(
    capsys: pytest.CaptureFixture[str], cassette: Path, arguments: list[str], message: str
):
    assert main(["export", str(cassette), *arguments]) == 2

    assert capsys.readouterr().err.endswith(f"mockserver: {cassette}: {message}\n")


def test_formats_of_the_command_are_those_of_the_table():
    assert [row.name for row in EXPORTERS] == list(FORMATS)
    with pytest.raises(CassetteError, match="no format 'ruls'; known are rules, har, vcr, jsonl, curl"):
        export_exchanges([], "ruls")


TEXTS = st.text() | st.sampled_from(
    ["no", "1e5", "0E0", "12:30", "a\nb", " a\n b\n\n", "a\r\nb", "\x85", "\u2028", "\ud83d", "{x", "- y", "k: v", "#c"]
)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter("<<".__ne__), inner, max_size=3),
        max_leaves=8,
    )
)
def test_yaml_is_read_as_it_was_written(value: Any):
    """By the reader of fixture files, which is YAML 1.2, and by PyYAML, which is 1.1; but for lone surrogates."""
    encodable = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))

    assert repr(read_yaml(yaml_text([{"reply": value}], inline_from=2)).value) == repr([{"reply": encodable}])
    assert yaml.safe_load(yaml_text([{"reply": value}])) == [{"reply": encodable}]


@pytest.mark.parametrize(
    ("inputs", "times"), [(("Hello", "Hello again"), [1, None]), (("Hello again", "Hello"), [None, None])]
)
def test_only_rule_that_would_take_a_later_request_is_limited(inputs: tuple[str, str], times: list[int | None]):
    session = [
        asked(given, answered([said(f"Answer {given}")], number)) for number, given in enumerate(inputs, start=1)
    ]

    rules = yaml.safe_load(export_exchanges(session, "rules").texts[0])

    assert [rule.get("times") for rule in rules] == times
