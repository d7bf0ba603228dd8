"""What is in no session: broken files, what is left out, and what is only in one format."""

import gzip
import json
import sys
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.format import Header
from mockserver.cassette.importing import json_stream, source
from mockserver.cassette.importing.format import LeftOut
from mockserver.cassette.importing.importer import Recordings, UnknownFormatError, import_file
from mockserver.cassette.importing.selection import Selection
from mockserver.cassette.importing.unpacking import _zstd
from mockserver.cassette.writer import CassetteWriter
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from tests.support.http import send

FORMATS = Path(__file__).parents[1] / "formats"
JSON = {"content-type": "application/json"}
STREAM = {"content-type": "text/event-stream; charset=utf-8"}
CREATED = {"type": "response.created", "sequence_number": 0}
COMPLETED = {"type": "response.completed", "sequence_number": 1}
SSE = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in (CREATED, COMPLETED))
QUOTA = {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}
RESPONSE = {"id": "resp_1", "object": "response"}
MESSAGE = {"id": "msg_1", "type": "message", "role": "user", "status": "completed", "content": []}
OTHERS = "request{s} to other hosts or paths"
URL = "https://api.openai.com/v1/responses"


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    """`saved(content)` is the path of a file with this content: bytes, text, or a JSON value."""

    def save(content: Any) -> Path:
        path = tmp_path / "recording"
        text = content if isinstance(content, bytes | str) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return save


def read(path: Path, **options: Any) -> tuple[list[RecordedExchange], list[str]]:
    """What is imported of a file, and why the rest is not."""
    left_out: list[LeftOut] = []
    exchanges = list(Recordings(path, **options).exchanges(left_out.append))
    return exchanges, [one.why for one in left_out]


def entry(**changes: Any) -> dict[str, Any]:
    """An entry of a HAR file; changes are by path: `request.postData`, `response.content`."""
    made: dict[str, Any] = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "POST", "url": URL, "headers": [], "postData": {"text": '{"model": "gpt-5"}'}},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "application/json", "text": '{"id": 1}'}},
    }
    for path, value in changes.items():
        part, _, key = path.partition("__")
        made[part] = {**made[part], key: value}
    return made


def har(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": [*entries]}}


@pytest.mark.parametrize(
    ("body", "method", "url_path", "status"),
    [
        pytest.param(RESPONSE, "POST", "/v1/responses", 200, id="response"),
        pytest.param(QUOTA, "POST", "/v1/responses", 429, id="error"),
        pytest.param({"error": {"message": "Response with id 'x' not found.", "type": "invalid_request_error"}},
                     "POST", "/v1/responses", 404, id="error-not-found"),
        pytest.param({"id": "c", "object": "response.compaction", "output": []},
                     "POST", "/v1/responses/compact", 200, id="compaction"),
        pytest.param({"object": "response.input_tokens", "input_tokens": 3},
                     "POST", "/v1/responses/input_tokens", 200, id="count"),
        pytest.param({"id": "conv_1", "object": "conversation"}, "POST", "/v1/conversations", 200, id="conversation"),
        pytest.param({"id": "conv_1", "object": "conversation.deleted", "deleted": True},
                     "DELETE", "/v1/conversations/conv_1", 200, id="deletion"),
        pytest.param({"object": "list", "data": [MESSAGE], "has_more": False}, "GET", "/v1/*/*items", 200, id="list"),
        pytest.param(MESSAGE, "GET", "/v1/conversations/*/items/msg_1", 200, id="item"),
    ],
)  # fmt: skip
def test_answer_alone_belongs_to_the_route_of_its_kind(
    saved: Any, body: dict[str, Any], method: str, url_path: str, status: int
):
    expected = RecordedExchange(
        method=method,
        url_path=url_path,
        status=status,
        headers=JSON,
        body=body,
        any_request=method == "POST" or "*" in url_path,
    )

    assert import_file(saved(body)) == [expected]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"name": "app", "version": "1.0.0", "dependencies": {}}, id="package.json"),
        pytest.param({"id": "chatcmpl-1", "object": "chat.completion", "choices": []}, id="chat completion"),
        pytest.param({"object": "list", "data": [{"id": "gpt-5", "object": "model"}]}, id="list of models"),
        pytest.param({"object": "list", "data": []}, id="list of another API"),
        pytest.param({"request": {"method": "GET", "urlPathPattern": "/v1/.*"}, "response": {"status": 200}},
                     id="mapping with a pattern"),
        pytest.param({"request": {"prompt": "hi"}, "response": {"choices": []}}, id="pair of another API"),
        pytest.param({"type": "user", "message": "hi"}, id="line of a log"),
        pytest.param({}, id="empty object"),
        pytest.param([], id="empty list"),
        pytest.param("hello", id="text"),
        pytest.param("openapi: 3.1.0\npaths: {}\n", id="other YAML"),
        pytest.param("", id="empty file"),
        pytest.param('{"type": "user"}\n{"type": "assistant"}\n', id="lines of another tool"),
    ],
)  # fmt: skip
def test_what_is_nothing_of_the_api_is_not_imported(saved: Any, content: Any):
    """Neither as an answer nor as an empty exchange: it is in no known format, or left out by name."""
    path = saved(content)
    try:
        exchanges, left_out = read(path)
    except UnknownFormatError as error:
        exchanges, left_out = [], [error.short]

    assert exchanges == []
    assert left_out
    assert set(left_out) <= {f"{path}: in no known format", "data of another API", "a pattern instead of a request"}


def test_large_file_takes_a_tenth_of_the_memory_of_its_value(saved: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(source, "HEAD", 10_000)
    path = saved(har(*[entry(response__content={"text": json.dumps({"n": "x" * 20_000})}) for _ in range(200)]))

    def peak(work: Callable[[], object]) -> int:
        tracemalloc.start()
        work()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    whole = peak(lambda: json.loads(path.read_text()))
    windowed = peak(lambda: sum(1 for _ in Recordings(path).exchanges()))

    assert windowed < whole / 10


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        pytest.param(entry(response__content={"size": 99, "mimeType": "text/event-stream"}),
                     "no response body", id="no text"),
        pytest.param(entry(response__content={"size": -1, "_file": "gone.json"}),
                     "no response body", id="no file"),
        pytest.param(entry(response__content={"mimeType": "text/event-stream", "text": ": ping\n\n"}),
                     "no stream events", id="no events"),
        pytest.param({**entry(), "response": None}, "no response", id="no answer"),
        pytest.param(entry(response__status=101), "no WebSocket messages", id="handshake"),
        pytest.param(entry(response__status=0), "status 0, which means no response", id="status 0"),
        pytest.param(entry(response__content={"mimeType": "application/json", "text": '{"id": "re'},
                           response__headers=[{"name": "Content-Type", "value": "application/json"}]),
                     "truncated JSON", id="cut off"),
        pytest.param(entry(response__status=429, response__content={"mimeType": "application/json", "text": '{"err'}),
                     "truncated JSON", id="error that is cut off"),
        pytest.param(entry(request__method="GET", response__content={"mimeType": "application/json", "text": '{"id'}),
                     "truncated JSON", id="retrieval that is cut off"),
    ],
)  # fmt: skip
def test_exchange_without_what_makes_it_one_is_left_out_by_name(saved: Any, broken: dict[str, Any], why: str):
    path = saved(har(entry(), broken))
    left_out: list[LeftOut] = []

    exchanges = list(Recordings(path).exchanges(left_out.append))

    assert len(exchanges) == 1
    assert left_out == [LeftOut(f"{path}, exchange 2", why)]


def test_file_beside_a_recording_is_not_taken_from_elsewhere(tmp_path: Path):
    (tmp_path / "secret.json").write_text('{"id": "resp_1"}')
    (tmp_path / "a" / "b").mkdir(parents=True)
    path = tmp_path / "a" / "b" / "session.har"
    path.write_text(json.dumps(har(entry(response__content={"size": -1, "_file": "../../secret.json"}))))

    assert read(path) == ([], ["no response body"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"mimeType": "text/event-stream", "text": SSE}, "text/event-stream"),
        ({"text": SSE}, "text/event-stream; charset=utf-8"),
        ({"text": '{"id": "resp_1"}'}, "application/json"),
    ],
    ids=["named beside the body", "of a stream", "of JSON"],
)
def test_content_type_that_was_not_kept_is_that_of_the_answer(saved: Any, content: dict[str, Any], expected: str):
    (exchange,) = import_file(saved(har(entry(response__content=content))))

    assert exchange.headers == {"content-type": expected}


def test_header_that_stands_several_times_is_one(saved: Any):
    pairs = [{"name": "X-Many", "value": "a"}, {"name": "x-many", "value": "b"}]

    (exchange,) = import_file(saved(har(entry(response__headers=pairs))))

    assert exchange.headers["x-many"] == "a, b"


def test_body_that_was_packed_twice_is_unpacked_from_the_last_to_the_first(saved: Any):
    packed = gzip.compress(_zstd().compress(b'{"id": "resp_1"}'))
    content = {"mimeType": "application/json", "encoding": "base64", "text": b64encode(packed).decode()}
    headers = [{"name": "content-encoding", "value": "zstd, gzip"}]

    (exchange,) = import_file(saved(har(entry(response__content=content, response__headers=headers))))

    assert exchange.body == {"id": "resp_1"}


def test_time_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        (first, *_) = import_file(FORMATS / "r-vcr.yml")
    finally:
        monkeypatch.undo()
        time.tzset()

    assert first.started == 1_767_225_600


def test_answer_whose_request_was_not_kept_is_for_any(saved: Any):
    """But not a 400, which there is for a request without a body."""
    no_text = {"mimeType": "application/json"}
    path = saved(har(*[entry(request__postData=no_text, response__status=status) for status in (200, 429, 400)]))

    assert [one.any_request for one in import_file(path)] == [True, True, False]


def test_empty_answers_that_are_allowed_are_kept(saved: Any):
    no_content = {"size": 0, "mimeType": "x-unknown"}
    exchanges, left_out = read(saved(har(entry(response__status=204, response__content=no_content),
                                         entry(response__status=502, response__content=no_content))))  # fmt: skip

    assert ([one.status for one in exchanges], left_out) == ([204, 502], [])


def test_stream_without_its_end_is_not_complete(saved: Any):
    cut = SSE.partition("event: response.completed")[0]

    assert [one.complete for one in import_file(saved(SSE))] == [True]
    assert [one.complete for one in import_file(saved(cut))] == [False]


def test_stream_of_another_api_is_complete(saved: Any):
    text = 'data: {"object": "chat.completion.chunk"}\n\ndata: [DONE]\n\n'
    content = {"mimeType": "text/event-stream", "text": text}
    url = "https://api.openai.com/v1/chat/completions"

    (exchange,) = import_file(saved(har(entry(request__url=url, response__content=content))))

    assert exchange.complete


def test_streams_one_after_the_other_are_several(saved: Any):
    lines = "".join(f"{json.dumps(event)}\n" for event in (CREATED, COMPLETED) * 2)

    assert [one.events for one in import_file(saved(SSE * 2))] == [[CREATED, COMPLETED]] * 2
    assert [one.events for one in import_file(saved(lines))] == [[CREATED, COMPLETED]] * 2


def test_stream_that_broke_off_before_another_is_one_of_its_own(saved: Any):
    """Events without a stream's beginning belong to the first one."""
    before = {"type": "response.queued"}
    lines = "".join(f"{json.dumps(event)}\n" for event in (before, CREATED, CREATED, COMPLETED))

    assert [(one.events, one.complete) for one in import_file(saved(lines))] == [
        ([before, CREATED], False),
        ([CREATED, COMPLETED], True),
    ]


def test_upload_that_the_test_proxy_has_split_is_whole_again(saved: Any):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    lines = ["--x\r\n", "\r\n", "b64:/9g=", "\r\n", "--x\r\n", "\r\n", [], "--x--\r\n"]
    session = {
        "RequestUri": "https://api.openai.com/v1/files",
        "RequestMethod": "POST",
        "RequestHeaders": headers,
        "RequestBody": lines,
        "StatusCode": 200,
        "ResponseHeaders": {"Content-Type": "application/octet-stream"},
        "ResponseBody": b64encode(b"\xff\x01").decode(),
    }

    (exchange,) = import_file(saved({"Entries": [session]}))

    assert exchange.request_body == b"--x\r\n\r\n\xff\xd8\r\n--x\r\n\r\n--x--\r\n"
    assert exchange.body == b"\xff\x01"


def test_mapping_without_a_body_pattern_answers_any_request(saved: Any):
    mapping = {"uuid": "1", "request": {"method": "POST", "url": "/v1/responses"}, "response": {"jsonBody": RESPONSE}}

    (exchange,) = import_file(saved(mapping))

    assert (exchange.any_request, exchange.body, exchange.status) == (True, RESPONSE, 200)


def test_stub_with_an_empty_body_is_no_pattern(saved: Any):
    def stub(body: list[Any]) -> dict[str, Any]:
        request = {
            "path": [{"matcher": "exact", "value": "/v1/models"}],
            "method": [{"matcher": "exact", "value": "GET"}],
        }
        response = {"status": 200, "body": "{}", "headers": {}}
        return {"data": {"pairs": [{"request": {**request, "body": body}, "response": response}]}}

    exchanges, _ = read(saved(stub([{"matcher": "exact", "value": ""}])))
    _, left_out = read(saved(stub([{"matcher": "glob", "value": "*hello*"}])))

    assert [(one.method, one.url_path, one.any_request) for one in exchanges] == [("GET", "/v1/models", False)]
    assert left_out == ["a pattern instead of a request"]


def mapping(*, request: Any = None, response: Any = None, **more: Any) -> dict[str, Any]:
    """A mapping of WireMock, with changes to its request and its response."""
    asked = {"method": "POST", "url": "/v1/responses", **(request or {})}
    return {"request": asked, "response": {"status": 200, "body": json.dumps(RESPONSE), **(response or {})}, **more}


def simulation(*, request: Any = None, response: Any = None, actions: Any = None) -> dict[str, Any]:
    """A simulation of Hoverfly with one pair."""
    asked = {
        "method": [{"matcher": "exact", "value": "POST"}],
        "path": [{"matcher": "exact", "value": "/v1/responses"}],
    }
    answer = {"status": 200, "body": json.dumps(RESPONSE), "headers": {}, **(response or {})}
    return {
        "data": {"pairs": [{"request": {**asked, **(request or {})}, "response": answer}], "globalActions": actions}
    }


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        (mapping(scenarioName="retry", requiredScenarioState="Started"), "`scenarioName`"),
        (mapping(priority=1), "`priority`"),
        (mapping(response={"delayDistribution": {"type": "uniform"}}), "`delayDistribution`"),
        (mapping(response={"chunkedDribbleDelay": {"numberOfChunks": 5}}), "`chunkedDribbleDelay`"),
        (mapping(persistent=True, response={"body": '{"id": "{{randomValue}}"}'}), "`{{` as a template"),
        (simulation(request={"requiresState": {"a": "1"}}), "`requiresState`"),
        (simulation(response={"transitionsState": {"a": "2"}}), "`transitionsState`"),
        (simulation(response={"removesState": ["a"]}), "`removesState`"),
        (simulation(response={"logNormalDelay": {"mean": 1}}), "`logNormalDelay`"),
        (simulation(actions={"delays": [{"delay": 2000}]}), "`delays`"),
        (simulation(actions={"delaysLogNormal": [{"mean": 1}]}), "`delaysLogNormal`"),
        ({"Entries": [], "Variables": {"seed": "1"}}, "`Variables`"),
        (("http_interactions:\n- request: {method: get, uri: 'http://x/v1/models'}\n"
          "  response: {status: {code: 200}, body: {string: 'Hi <%= name %>'}}\n"), "`<%=` as a template"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("`") else "",
)  # fmt: skip
def test_option_without_an_equivalent_is_named(saved: Any, content: Any, lost: str):
    path = saved(content)
    left_out: list[LeftOut] = []

    exchanges = list(Recordings(path).exchanges(left_out.append))

    assert len(exchanges) == (0 if lost == "`Variables`" else 1)
    assert [(one.why, one.part) for one in left_out] == [(lost, True)]


@pytest.mark.parametrize(
    "content",
    [
        mapping(persistent=True, insertionIndex=3, name="v1"),
        mapping(response={"transformers": ["response-template"]}),
        simulation(response={"templated": False, "transitionsState": {}}, actions={"delays": []}),
        {"Entries": [], "Variables": {}},
    ],
    ids=["mapping", "template that fills in nothing", "simulation", "test proxy"],
)
def test_option_that_says_nothing_is_not_named(saved: Any, content: Any):
    assert read(saved(content))[1] == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (mapping(response={"body": "{{request.body}}", "transformers": ["response-template"]}),
         "a template instead of a response"),
        (mapping(response={"headers": {"x-id": "{{randomValue}}"}, "transformers": ["response-template"]}),
         "a template instead of a response"),
        (simulation(response={"body": "{{ Request.Body }}", "templated": True}), "a template instead of a response"),
        (mapping(response={"fault": "CONNECTION_RESET_BY_PEER"}), "a fault instead of a response"),
        (mapping(response={"proxyBaseUrl": "https://api.openai.com"}), "a proxy instead of a response"),
        (mapping(persistent=True, request={"method": "ANY"}), "a pattern instead of a request"),
        (simulation(request={"method": [{"matcher": "glob", "value": "*"}]}), "a pattern instead of a request"),
        (simulation(request={"method": None}), "a pattern instead of a request"),
        (mapping(request={"queryParameters": {"limit": {"matches": "[0-9]+"}}}), "a pattern instead of a request"),
        (mapping(request={"multipartPatterns": [{"name": "file"}]}), "a pattern instead of a request"),
        (mapping(request={"formParameters": {"a": {"equalTo": "b"}}}), "a pattern instead of a request"),
        (mapping(request={"customMatcher": {"name": "own"}}), "a pattern instead of a request"),
        (simulation(request={"query": {"globMatch": "*"}}), "a pattern instead of a request"),
        (simulation(request={"query": {"limit": [{"matcher": "glob", "value": "*"}]}}),
         "a pattern instead of a request"),
    ],
    ids=["template", "template of a header", "template of Hoverfly", "fault", "proxy", "any method",
         "method of Hoverfly", "no method", "query", "multipart", "form",
         "custom matcher", "query of Hoverfly", "parameter of Hoverfly"],
)  # fmt: skip
def test_stub_that_is_no_recorded_exchange_is_left_out_by_name(saved: Any, content: Any, why: str):
    assert read(saved(content)) == ([], [why])


@pytest.mark.parametrize(
    "content",
    [mapping(response={"fixedDelayMilliseconds": 1500}), simulation(response={"fixedDelay": 1500})],
    ids=["wiremock", "hoverfly"],
)
def test_fixed_delay_of_a_stub_is_how_long_its_answer_takes(saved: Any, content: Any):
    (answered,) = import_file(saved(content))
    stub = content["data"]["pairs"][0] if "data" in content else content
    stub["response"] |= {"body": SSE, "headers": {"Content-Type": ["text/event-stream"]}}
    (streamed,) = import_file(saved(content))

    assert (answered.times, streamed.times) == ((1.5,), (1.5, 1.5))


def test_mapping_alone_is_known_by_its_scenario(saved: Any):
    assert Recordings(saved(mapping(scenarioName="retry"))).format.name == "wiremock"


def test_lists_of_different_lengths_do_not_belong_together(saved: Any):
    with pytest.raises(CassetteError, match="`requests` and `responses` should be equally long"):
        import_file(saved({"requests": [{"model": "gpt-5"}] * 2, "responses": [RESPONSE]}))


def test_folder_about_conversations_says_what_was_called(tmp_path: Path):
    folder = tmp_path / "Conversations" / "tool_call"
    folder.mkdir(parents=True)
    (folder / "first_request.json").write_text('{"stream": true}')
    (folder / "first_response.txt").write_text(SSE)
    deleted = {"id": "conv_1", "object": "conversation.deleted", "deleted": True}
    (folder / "second_response.json").write_text(json.dumps(deleted))
    emptied = {"id": "conv_1", "object": "conversation", "created_at": 1}
    (tmp_path / "Conversations" / "delete_item").mkdir()
    (tmp_path / "Conversations" / "delete_item" / "response.json").write_text(json.dumps(emptied))

    assert [one.method for one in import_file(tmp_path / "Conversations" / "delete_item")] == ["DELETE"]
    assert import_file(folder) == [
        RecordedExchange(
            request_headers=JSON, request_body={"stream": True}, headers=STREAM, events=[CREATED, COMPLETED]
        ),
        RecordedExchange(method="DELETE", url_path="/v1/conversations/conv_1", headers=JSON, body=deleted),
    ]


def flow(**changes: Any) -> dict[str, Any]:
    """What mitmproxy keeps of a request with its answer."""
    request = {"method": b"GET", "scheme": b"https", "host": "api.openai.com", "port": 443, "authority": b"",
               "path": b"/v1/responses", "headers": [[b"upgrade", b"websocket"]], "content": b"",
               "timestamp_start": 1.0}  # fmt: skip
    response = {"status_code": 101, "headers": [], "content": b""}
    return {"type": "http", "request": request, "response": response, "websocket": None, **changes}


def tnetstring(value: Any) -> bytes:
    match value:
        case dict():
            sign, raw = b"}", b"".join(tnetstring(key) + tnetstring(inner) for key, inner in value.items())
        case list():
            sign, raw = b"]", b"".join(map(tnetstring, value))
        case bytes():
            sign, raw = b",", value
        case bool():
            sign, raw = b"!", str(value).lower().encode()
        case None:
            sign, raw = b"~", b""
        case _:
            signs = {str: b";", int: b"#", float: b"^"}
            sign, raw = signs[type(value)], str(value).encode()
    return str(len(raw)).encode() + b":" + raw + sign


def test_flows_without_exchanges_are_left_out_and_messages_become_exchanges(saved: Any):
    create = {"type": "response.create", "model": "gpt-5", "input": "Hi."}
    answered = [{**event, "response": {"id": "resp_1"}} for event in (CREATED, COMPLETED)]
    rest = [False, False]
    messages = [[1, True, json.dumps(create).encode(), 2.0, *rest]]
    messages += [[1, False, json.dumps(event).encode(), 2.5, *rest] for event in answered]
    flows = [flow(response=None), {"type": "tcp"}, flow(), flow(websocket={"messages": messages})]

    exchanges, left_out = read(saved(b"".join(map(tnetstring, flows))))

    assert left_out == ["no response", "a protocol other than HTTP", "no WebSocket messages"]
    assert [(one.method, one.url_path, one.upstream, one.request_body) for one in exchanges] == [
        ("POST", "/v1/responses", "https://api.openai.com", {"model": "gpt-5", "input": "Hi.", "stream": True})
    ]


def test_query_of_a_stub_is_part_of_its_address(saved: Any):
    request = {
        "method": "GET",
        "urlPath": "/v1/responses/r/input_items",
        "queryParameters": {"limit": {"equalTo": "2"}},
    }

    (exchange,) = import_file(saved({"request": request, "response": {"jsonBody": {"object": "list"}}}))

    assert exchange.url_path == "/v1/responses/r/input_items?limit=2"


@pytest.mark.parametrize(
    ("selection", "paths", "left_out"),
    [
        (Selection(), ["/v1/responses"] * 3, ["page asset{s}", "preflight{s}", "request{s} outside the API"]),
        (Selection(hosts=("stats.*",)), ["/collect"], [OTHERS, "preflight{s}", *[OTHERS] * 3]),
        (Selection(paths=("/", "/col*")), ["/", "/collect"], ["preflight{s}", *[OTHERS] * 3]),
        (Selection(everything=True), ["/", "/v1/responses", "/v1/responses", "/collect", *["/v1/responses"] * 2], []),
    ],
    ids=["default", "hosts", "paths", "everything"],
)  # fmt: skip
def test_preflights_and_assets_are_left_out_unless_wanted(selection: Selection, paths: list[str], left_out: list[str]):
    exchanges, whys = read(FORMATS / "chrome.har", selection=selection)

    assert ([one.url_path for one in exchanges], whys) == (paths, left_out)


def test_answers_get_the_request_that_is_given(saved: Any):
    exchanges = import_file(saved(RESPONSE), request={"model": "gpt-5", "input": "Hi."})

    assert [(one.request_body, one.any_request) for one in exchanges] == [({"model": "gpt-5", "input": "Hi."}, False)]


def test_answers_alone_are_given_in_order_to_requests_of_their_kind(saved: Any, server: MockServer, tmp_path: Path):
    second = {**RESPONSE, "id": "resp_2"}
    path = saved(f"{json.dumps(RESPONSE)}\n{json.dumps(QUOTA)}\n{json.dumps(second)}\n")
    with CassetteWriter(tmp_path / "session.yaml", header=Header()) as writer:
        for exchange in [*import_file(path), *import_file(FORMATS / "stream.txt")]:
            writer.add(exchange)
    workspace = server.workspace()
    workspace.replay(tmp_path / "session.yaml")

    def asked(words: str, *, stream: bool = False) -> Any:
        body = {"model": "gpt-4o", "input": words, "stream": stream}
        return send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)

    replies = [asked("One."), asked("Two."), asked("Three.", stream=True), asked("Four."), asked("Five.")]

    assert [reply.status for reply in replies] == [200, 429, 200, 200, 400]
    assert (replies[0].json, replies[3].json) == (RESPONSE, second)
    assert b"response.completed" in replies[2].body
    assert "the same request, but this recording has been used" in replies[4].json["error"]["message"]
    server.discard(workspace)


def test_stream_alone_does_not_answer_who_asks_for_none(server: MockServer, tmp_path: Path):
    with CassetteWriter(tmp_path / "session.yaml", header=Header()) as writer:
        writer.add(import_file(FORMATS / "stream.txt")[0])
    workspace = server.workspace()
    workspace.replay(tmp_path / "session.yaml")

    reply = send(workspace.base_url, "POST", "/v1/responses", {"model": "gpt-4o", "input": "x"}, key=workspace.api_key)

    assert "\n       stream: wanted true, got false\n" in reply.json["error"]["message"]
    server.discard(workspace)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"interactions:\n- request: {\n  other: [\n", "recording, line 4: invalid YAML: "),
        (
            b"interactions:\n- request: !!python/object:os.system {}\n",
            "recording, line 2: invalid YAML: the tag !!python/object:os.system is not read: only data is",
        ),
        (b"interactions:\n- request: !ruby/object:X {}\n", "recording, line 2: invalid YAML: could not determine"),
        (
            b"interactions:\n- request: {method: POST}\n  response: {}\n",
            "recording, exchange 1 has no `request.uri`",
        ),
        (
            b"interactions:\n- request: {method: POST, uri: 'http://x/y'}\n  response: {}\n",
            "recording, exchange 1 has no `response.status.code`",
        ),
        (b"interactions: none\n", "recording: a list `interactions` was expected"),
        (b'{"log": {"entries": [\n\n  tru]}}', "recording, line 3: invalid JSON: Expecting value"),
        (b'{"log": {"entries": [1]}}', "recording, exchange 1 is not as it should be: an object was expected"),
        (b'{"log": {"entries": [{"request": 1, "response": 2}]}}', "recording, exchange 1 has no `request.url`"),
        (b'{"Entries": [{"RequestHeaders": {}, "ResponseHeaders": {}}]}', "recording, exchange 1 has no `RequestUri`"),
        (b'[{"scope": "https://x:443"}]', "recording, exchange 1 has no `path`"),
        (b'{"scope": "", "method": "GET"}', "recording, exchange 1 has no `scope` and no `path`"),
        (b'{\n"id": }', "recording, line 2: invalid JSON: Expecting value"),
        (b'{"id": "resp_1", "object": "resp', "recording, line 1: invalid JSON: Unterminated string"),
        (b"hello", "recording: in no known format. Known are trace: "),
        (b"id: 1\n\ndata: {}\n\n", "recording: a stream of the Responses API was expected"),
        (b"format: 1\n...\n", "recording: is a cassette already; replay it as it is"),
        (b"PK\x03\x04\x14", "recording: a ZIP archive: unpack it, and import what is in it"),
        (b"\xff\xfe", "recording: cannot be read: "),
        (b"\x1f\x8b\x08\x00", "recording: cannot be read: "),
        (gzip.compress(b"{}")[:-4], "recording: cannot be read: "),
        (b"99:7:version,", "recording: the file ends too early, in the flow at byte 0"),
        (b"0:}9999999999999:", "recording: the length of a flow was expected at byte 3"),
        (b"10:7:version,", "recording: the file ends too early, in the flow at byte 0"),
        (b"6:4:true!]", "recording: a flow was expected at byte 0"),
        (b"3:abc?", "recording: a value of an unknown kind in the flow at byte 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_file_names_file_place_and_cause(saved: Any, tmp_path: Path, raw: bytes, message: str):
    path = saved(raw)

    with pytest.raises(CassetteError) as caught:
        import_file(path)

    assert str(caught.value).startswith(f"{tmp_path}/{message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (har(entry(response__status="OK")), "is not as it should be: `response.status` is 'OK'; expected a number"),
        (har({**entry(), "time": "12"}), "is not as it should be: `time` is '12'; expected a number of milliseconds"),
        (har(entry(response__headers=["a"])), "is not as it should be: a header has no value: 'a'"),
        (simulation(request={"path": None}), "has no `request.path`"),
    ],
    ids=["status", "time", "headers", "address"],
)
def test_part_that_is_not_what_it_should_be_is_named(saved: Any, content: Any, message: str):
    path = saved(content)

    with pytest.raises(CassetteError) as caught:
        import_file(path)

    assert str(caught.value) == f"{path}, exchange 1 {message}"


def test_time_that_is_not_known_is_none(saved: Any):
    assert [one.times for one in import_file(saved(har({**entry(), "time": -1})))] == [()]


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("a.saz", b"PK\x03\x04", "a session of Fiddler: export it as HAR"),
        ("a.chls", b"\xac\xed", "a session of Charles: export it as HAR"),
        ("a.CHLSJ", json.dumps([{"request": {"header": {}}, "response": {}}]).encode(), "a session of Charles: export"),
        ("a.chlsx", b"<charles-session/>", "a session of Charles: export it as HAR"),
        ("a.har.zip", b"PK\x03\x04", "a ZIP archive: unpack it"),
    ],
)
def test_file_that_is_not_read_says_how_to_make_one_that_is(tmp_path: Path, name: str, content: bytes, hint: str):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CassetteError) as caught:
        import_file(tmp_path / name)

    assert str(caught.value).startswith(f"{tmp_path}/{name}: {hint}")


@pytest.mark.parametrize(("packing", "module"), [("zstd", "backports"), ("brotli", "brotli")], ids=["zstd", "brotli"])
def test_packing_that_nothing_unpacks_names_the_extra(
    saved: Any, monkeypatch: pytest.MonkeyPatch, packing: str, module: str
):
    for missing in (module, "compression"):
        monkeypatch.setitem(sys.modules, missing, None)
    content = {"mimeType": "application/json", "encoding": "base64", "text": b64encode(b"\x8b\x00{").decode()}
    headers = [{"name": "content-encoding", "value": {"zstd": "zstd", "brotli": "br"}[packing]}]
    path = saved(har(entry(response__content=content, response__headers=headers)))

    with pytest.raises(CassetteError, match=f"exchange 1: it is packed with {packing}: install the extra `encodings`"):
        import_file(path)
    if packing == "zstd":
        with pytest.raises(CassetteError, match=r"reply.json.zst: it is packed with zstd: install the extra"):
            import_file(FORMATS / "reply.json.zst")


def test_fixtures_are_no_recordings():
    with pytest.raises(CassetteError, match="aimock fixtures become rules, not recordings"):
        import_file(FORMATS / "aimock.json")


def test_missing_file_and_unknown_format_are_errors(tmp_path: Path):
    with pytest.raises(CassetteError, match="No such file"):
        import_file(tmp_path / "nothing.har")
    with pytest.raises(CassetteError, match="no format 'harr'; known are trace, go-vcr, vcr"):
        import_file(tmp_path, "harr")


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 16])
def test_large_file_is_read_through_a_window(saved: Any, monkeypatch: pytest.MonkeyPatch, size: int):
    """Whatever the window cuts through: what is read is the same, and the head alone decides on the format."""
    monkeypatch.setattr(json_stream, "CHUNK", size)
    monkeypatch.setattr(source, "HEAD", 200)
    log = {"pages": [{"id": 'a\\"]'}], "size": 1234567, "entries": [entry()] * 3, "comment": "ä"}
    path = saved(json.dumps({"log": log, "more": 1}, indent=1, ensure_ascii=False))

    assert len(import_file(path)) == 3


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        pytest.param("", "line 3: invalid JSON: the file ends too early", id="in the list"),
        pytest.param("]", "line 3: invalid JSON: the file ends too early", id="behind the list"),
        pytest.param(', {"request": {"url": "htt', "line 3: invalid JSON: the file ends too early", id="in a text"),
        pytest.param(" {}]}}", "line 3: invalid JSON: `,` or `]` was expected", id="no comma"),
        pytest.param("]}} more", "line 3: invalid JSON: text behind the end", id="more text"),
    ],
)
def test_cut_off_file_is_refused(saved: Any, monkeypatch: pytest.MonkeyPatch, tail: str, message: str):
    monkeypatch.setattr(source, "HEAD", 60)
    path = saved(f'{{"log":\n{{"entries":\n[{json.dumps(entry())}{tail}')

    with pytest.raises(CassetteError, match=message):
        import_file(path)


@pytest.mark.parametrize("status", [404, "404", "404 Not Found"])
def test_word_may_stand_behind_a_status(saved: Any, status: Any):
    request = {"method": "GET", "url": "https://api.openai.com/v1/responses/resp_1", "headers": []}
    content = {"mimeType": "application/json", "text": '{"error": null}'}
    entry = {"request": request, "response": {"status": status, "headers": [], "content": content}}

    assert [one.status for one in import_file(saved({"log": {"entries": [entry]}}))] == [404]
