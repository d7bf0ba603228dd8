import gzip
import json
from base64 import b64encode

import pytest

from mockserver.cassette.importers import FORMATS, import_file
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange

EVENT = {"type": "response.created", "sequence_number": 0}
SSE = f"event: response.created\ndata: {json.dumps(EVENT)}\n\n"
STREAM = {"content-type": "text/event-stream; charset=utf-8"}
JSON = {"content-type": "application/json"}

VCR = f"""\
interactions:
- request:
    body: '{{"model": "gpt-5"}}'
    headers:
      Content-Type: [application/json]
      X-Many: [a, b]
    method: POST
    uri: https://api.openai.com/v1/responses?a=1
  response:
    body: {{string: !!binary {b64encode(gzip.compress(b'{"id": "resp_1"}')).decode()}}}
    headers:
      Content-Type: [application/json]
      Content-Encoding: [gzip]
      Date: ['Thu, 01 Jan 2026 00:00:00 GMT']
    status: {{code: 200, message: OK}}
version: 1
"""
VCR_READ = RecordedExchange(
    url_path="/v1/responses?a=1",
    upstream="https://api.openai.com",
    request_headers={**JSON, "x-many": "a, b"},
    request_body={"model": "gpt-5"},
    headers={**JSON, "content-encoding": "gzip", "date": "Thu, 01 Jan 2026 00:00:00 GMT"},
    body={"id": "resp_1"},
    started=1_767_225_600.0,
)
HAR = {
    "log": {
        "entries": [
            {
                "startedDateTime": "2026-01-01T00:00:00.500Z",
                "time": 1234.5,
                "request": {
                    "method": "POST",
                    "url": "http://localhost:8080/v1/responses",
                    "headers": [{"name": "Content-Type", "value": "application/json"}],
                    "postData": {"mimeType": "application/json", "text": '{"stream": true}'},
                },
                "response": {
                    "status": 200,
                    "headers": [{"name": "Content-Type", "value": STREAM["content-type"]}],
                    "content": {"mimeType": "text/event-stream", "text": SSE + "data: [DONE]\n\n"},
                },
            },
            {
                "startedDateTime": "2026-01-01T00:00:01Z",
                "time": 2,
                "request": {"method": "GET", "url": "http://localhost:8080", "headers": []},
                "response": {
                    "status": 404,
                    "headers": [],
                    "content": {"mimeType": "image/png", "text": b64encode(b"\x89PNG").decode(), "encoding": "base64"},
                },
            },
        ]
    }
}
HAR_READ = [
    RecordedExchange(
        upstream="http://localhost:8080",
        request_headers=JSON,
        request_body={"stream": True},
        headers=STREAM,
        events=[EVENT],
        other_frames=((1, "data: [DONE]"),),
        started=1_767_225_600.5,
    ),
    RecordedExchange(
        method="GET",
        url_path="/",
        upstream="http://localhost:8080",
        status=404,
        headers={"content-type": "image/png"},
        body=b"\x89PNG",
        times=(0.002,),
        started=1_767_225_601.0,
    ),
]
TEST_PROXY = {
    "Entries": [
        {
            "RequestUri": "https://api.openai.com/v1/files",
            "RequestMethod": "POST",
            "RequestHeaders": {"Content-Type": "multipart/form-data; boundary=x"},
            "RequestBody": ["--x\r\n", "\r\n", "--x--\r\n"],
            "StatusCode": 200,
            "ResponseHeaders": {"Content-Type": "text/event-stream; charset=utf-8"},
            "ResponseBody": [SSE],
        }
    ]
}
TEST_PROXY_READ = RecordedExchange(
    url_path="/v1/files",
    upstream="https://api.openai.com",
    request_headers={"content-type": "multipart/form-data; boundary=x"},
    request_body="--x\r\n\r\n--x--\r\n",
    headers=STREAM,
    events=[EVENT],
)
QUOTA = {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}

FILES = [
    pytest.param(VCR.encode(), "vcr", [VCR_READ], id="vcr"),
    pytest.param(gzip.compress(VCR.encode()), "vcr", [VCR_READ], id="vcr-gz"),
    pytest.param(json.dumps(HAR).encode(), "har", HAR_READ, id="har"),
    pytest.param(json.dumps(TEST_PROXY, indent=2).encode(), "test-proxy", [TEST_PROXY_READ], id="test-proxy"),
    pytest.param(SSE.encode(), "sse", [RecordedExchange(headers=STREAM, events=[EVENT])], id="sse"),
    pytest.param(
        f"{json.dumps(EVENT)}\n\n{json.dumps(EVENT)}\n".encode(),
        "events",
        [RecordedExchange(headers=STREAM, events=[EVENT, EVENT])],
        id="events",
    ),
    pytest.param(
        b'{"id": "resp_1", "object": "response"}',
        "reply",
        [RecordedExchange(headers=JSON, body={"id": "resp_1", "object": "response"})],
        id="reply",
    ),
    pytest.param(
        json.dumps(QUOTA).encode(), "reply", [RecordedExchange(headers=JSON, status=429, body=QUOTA)], id="error"
    ),
]


@pytest.mark.parametrize(("raw", "format_name", "exchanges"), FILES)
def test_file_is_recognised_by_what_it_holds(tmp_path, raw, format_name, exchanges):
    path = tmp_path / "recording"
    path.write_bytes(raw)

    assert import_file(path) == exchanges
    assert import_file(path, format_name) == exchanges


def test_folder_of_requests_and_answers_is_one_recording(tmp_path):
    folder = tmp_path / "Conversations" / "tool_call"
    folder.mkdir(parents=True)
    (folder / "first_request.json").write_text('{"stream": true}')
    (folder / "first_response.txt").write_text(SSE)
    (folder / "second_response.json").write_text('{"id": "conv_1", "object": "conversation.deleted", "deleted": true}')

    assert import_file(folder) == [
        RecordedExchange(request_headers=JSON, request_body={"stream": True}, headers=STREAM, events=[EVENT]),
        RecordedExchange(
            method="DELETE",
            url_path="/v1/conversations/conv_1",
            headers=JSON,
            body={"id": "conv_1", "object": "conversation.deleted", "deleted": True},
        ),
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"interactions:\n- request: {\n  other: [\n", "recording, line 4: invalid YAML: "),
        (
            b"interactions:\n- request: !!python/object:os.system {}\n",
            "recording, line 2: invalid YAML: could not determine",
        ),
        (b"interactions:\n- request: {method: POST}\n  response: {}\n", "recording: interaction 1 has no 'headers'"),
        (b"interactions: none\n", "recording: a list `interactions` was expected"),
        (b'{"log": {"entries": [\n\n  tru]}}', "recording, line 3: invalid JSON: Expecting value"),
        (b'{"log": {"entries": [{"request": 1, "response": 2}]}}', "recording: entry 1 is not as it should be"),
        (b'{"Entries": [{"RequestHeaders": {}, "ResponseHeaders": {}}]}', "recording: entry 1 has no 'RequestMethod'"),
        (b'{"type": "a"}\n\n{"type": "b"\n', "recording, line 3: invalid JSON: "),
        (b'{"type": "a"}\n{"kind": "b"}\n', "recording: event 2 should be an object with a `type`"),
        (b'{\n"id": }', "recording, line 2: invalid JSON: Expecting value"),
        (b"hello", "recording: in no known format. Known are trace: "),
        (b"\xff\xfe", "recording: cannot be read: "),
        (b"\x1f\x8b\x08\x00", "recording: cannot be read: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_file_names_file_line_and_cause(tmp_path, raw, message):
    path = tmp_path / "recording"
    path.write_bytes(raw)

    with pytest.raises(CassetteError) as caught:
        import_file(path)

    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_missing_file_and_unknown_format_are_errors(tmp_path):
    with pytest.raises(CassetteError, match="No such file"):
        import_file(tmp_path / "nothing.har")
    with pytest.raises(CassetteError, match="no format 'harr'; known are trace, vcr, har"):
        import_file(tmp_path, "harr")


def test_every_format_says_what_makes_a_file_one_of_it():
    assert [row.name for row in FORMATS if not row.sign] == []
