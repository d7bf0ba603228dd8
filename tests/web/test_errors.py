"""Errors over a real socket: whatever is sent, a JSON error body comes back and the server goes on."""

import copy
import gzip
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, Settings
from tests.support.bodies import BODIES, ask
from tests.support.http import Connection, send

PATH = "/v1/responses"

INVALID_JSON = {
    "error": {
        "message": (
            "Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. "
            "(Common errors include trailing commas, missing closing brackets, missing quotation marks, etc.)"
        ),
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_json",
    }
}


def error(message, *, param=None, code=None):
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def test_request_without_a_key_is_401(raw):
    reply = raw("POST", PATH, ask(), key=None)

    assert reply.status == 401
    assert reply.json == error("Missing bearer or basic authentication in header")
    assert reply.header("www-authenticate") == 'Bearer realm="OpenAI API"'
    assert reply.header("openai-organization") is None


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer   ", "Token abc"])
def test_header_without_a_usable_key_is_401(raw, value):
    assert raw("POST", PATH, ask(), key=None, headers={"authorization": value}).status == 401


def test_key_that_is_not_among_the_good_ones_is_401():
    with MockServer(Settings(api_keys=("sk-good",))) as server:
        bad = send(server.base_url, "POST", PATH, ask(), key="invalid-key-012345")
        good = send(server.base_url, "POST", PATH, ask(), key="sk-good")

    assert bad.status == 401
    assert bad.json == error(
        "Incorrect API key provided: invalid-******2345. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    )
    assert good.status == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="unclosed"),
        pytest.param(b'{"model": "gpt-4o",}', id="trailing-comma"),
        pytest.param(b"hello", id="no-json"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, id="arrays-10000-deep"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, id="objects-10000-deep"),
        pytest.param(b"[" * 1_000_000, id="a-million-brackets"),
        pytest.param(b'{"model": "gpt-4o", "input": NaN}', id="nan"),
        pytest.param(b'{"model": "gpt-4o", "input": "hi", "temperature": Infinity}', id="infinity"),
        pytest.param(rb'{"model": "gpt-4o", "input": "\ud800"}', id="lone-surrogate"),
        pytest.param(b'{"model": "gpt-4o", "input": "\xff"}', id="not-utf8"),
        pytest.param(b'\xef\xbb\xbf{"model": "gpt-4o", "input": "hi"}', id="byte-order-mark"),
        pytest.param('{"model": "gpt-4o", "input": "hi"}'.encode("utf-16"), id="utf-16"),
        pytest.param(b'{"model": "gpt-4o", "input": "a\x00b"}', id="raw-control-character"),
    ],
)
def test_body_that_is_not_json_is_invalid_json(raw, body):
    reply = raw("POST", PATH, body)

    assert (reply.status, reply.json) == (400, INVALID_JSON)
    assert raw("POST", PATH, ask()).status == 200


def test_error_body_is_indented_in_the_order_of_the_wire(raw):
    assert raw("POST", PATH, ask(n=2)).body == (
        b'{\n  "error": {\n    "message": "Unknown parameter: \'n\'.",\n    "type": "invalid_request_error",\n'
        b'    "param": "n",\n    "code": "unknown_parameter"\n  }\n}'
    )


def test_headers_of_an_error(raw):
    names = {name for name, _ in raw("POST", PATH, b"{").headers}

    assert {"x-request-id", "openai-version", "openai-processing-ms", "openai-organization"} <= names
    assert not any(name.startswith("x-ratelimit") for name in names)


def test_of_duplicate_keys_the_last_counts(raw):
    assert raw("POST", PATH, b'{"model": "x", "input": "hi", "model": "gpt-4.1"}').json["model"] == "gpt-4.1-2025-04-14"


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"hi"'])
def test_body_that_is_no_object_is_refused(raw, body):
    reply = raw("POST", PATH, body)

    assert (reply.status, reply.json["error"]["code"]) == (400, "invalid_type")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_wrong_content_type_is_refused(raw, content_type):
    reply = raw("POST", PATH, ask(), headers={"content-type": content_type})

    assert reply.status == 400
    assert reply.json == error(
        f"Unsupported content type: '{content_type}'. Expected a JSON body with content type 'application/json'.",
        code="unsupported_content_type",
    )


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_content_type_is_read_however_it_is_written(raw, content_type):
    assert raw("POST", PATH, ask(), headers={"content-type": content_type}).status == 200


@pytest.mark.parametrize("path", ["/v1/responses/a/b/c", "/v1/conversations/conv_1/messages", "/v1/models/a/b"])
def test_unknown_route_is_404(raw, path):
    reply = raw("POST", path, ask())

    assert (reply.status, reply.json) == (404, error(f"Invalid URL (POST {path})"))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_wrong_method_is_405(raw, method):
    reply = raw(method, PATH)

    assert (reply.status, reply.json) == (405, error(f"Invalid method for URL ({method} {PATH})"))
    assert "POST" in reply.header("allow").split(", ")


def test_body_over_the_limit_is_413_and_one_at_the_limit_is_read():
    whole = json.dumps(ask("x" * 900)).encode()
    with MockServer(Settings(body_limit=len(whole))) as server:
        fits = send(server.base_url, "POST", PATH, whole, key="k")
        over = send(server.base_url, "POST", PATH, whole + b" ", key="k")
        again = send(server.base_url, "POST", PATH, whole, key="k")

    assert (fits.status, over.status, again.status) == (200, 413, 200)
    assert over.json == error(
        f"Request body too large: the limit is {len(whole)} bytes. Send less, or raise the server's body limit."
    )


def test_packed_body_is_unpacked(raw):
    packed = gzip.compress(json.dumps(ask()).encode())

    assert raw("POST", PATH, packed, headers={"content-encoding": "gzip"}).status == 200


def test_body_that_is_not_packed_as_its_header_says_is_refused(raw):
    reply = raw("POST", PATH, ask(), headers={"content-encoding": "gzip"})

    assert (reply.status, reply.json["error"]["type"]) == (400, "invalid_request_error")


def test_client_that_waits_to_be_told_to_go_on_is_told(workspace):
    """Curl asks so before it sends a body of more than a megabyte, and waits a second for the answer."""
    host, port = workspace.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    body = json.dumps(ask()).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer k\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        told = connection.recv(1000)
        connection.sendall(body)
        answered = connection.recv(1000)

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answered.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GARBAGE\r\n\r\n", id="no-http"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="tls"),
        pytest.param(b"POST /v1/responses HTTP/1.1\r\nContent-Length: -1\r\n\r\n", id="negative-length"),
        pytest.param(b"POST /v1/responses HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{", id="cut-short"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_server_goes_on_after_what_is_not_a_request(raw, workspace, sent):
    host, port = workspace.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answered = connection.recv(1000)

    assert not answered.startswith(b"HTTP/1.1 5")
    assert raw("POST", PATH, ask()).status == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value, path=()):
    """Every place in a JSON value."""
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from paths(inner, (*path, step))


@st.composite
def nearly_right(draw):
    """A good body with a few places changed to anything at all."""
    body = copy.deepcopy(dict(draw(st.sampled_from(list(BODIES.values())))))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from([path for path in paths(body) if path]))
        holder = body
        for step in way:
            holder = holder[step]
        holder[last] = draw(JSON)
    return body


def check_reply(server, body):
    """Whatever the body, the answer is a response or an error of the right shape, and never a 5xx."""
    reply = send(server.base_url, "POST", PATH, body, key="fuzz")
    if reply.header("content-type") != "application/json":
        assert reply.events[-1]["type"] in {"response.completed", "response.incomplete"}
    elif reply.status == 200:
        assert reply.json["object"] == "response"
    else:
        assert reply.status == 400
        assert list(reply.json) == ["error"]
        assert list(reply.json["error"]) == ["message", "type", "param", "code"]


@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_error_body(server, body):
    check_reply(server, body)


@given(body=st.text(max_size=50).map(lambda text: b'{"model": "gpt-4o", "input": ' + text.encode() + b"}"))
def test_any_text_inside_json_gets_an_answer(server, body):
    check_reply(server, body)


@given(body=JSON)
def test_any_json_gets_an_error_body(server, body):
    check_reply(server, json.dumps(body).encode())


@given(body=nearly_right())
def test_request_with_anything_in_a_few_places_gets_an_answer(server, body):
    check_reply(server, json.dumps(body).encode())


@given(body=st.sampled_from(list(BODIES.values())), cut=st.integers(1, 200))
def test_request_that_is_cut_off_is_invalid_json(server, body, cut):
    whole = json.dumps(body).encode()
    reply = send(server.base_url, "POST", PATH, whole[: -1 - cut % (len(whole) - 1)], key="fuzz")

    assert (reply.status, reply.json) == (400, INVALID_JSON)


def test_kept_connection_survives_an_error(workspace):
    statuses = []
    with Connection(workspace.base_url) as connection:
        for body in (b"{", ask(), b"nope", ask(stream=True)):
            connection.request("POST", PATH, body, key="k")
            statuses.append(connection.reply().status)

    assert statuses == [400, 200, 400, 200]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param(
            {"model": "gpt-4o", "reasoning": {"effort": "low"}},
            error(
                "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
                param="reasoning.effort",
                code="unsupported_parameter",
            ),
            id="effort",
        ),
        pytest.param(
            {"model": "gpt-4.1-mini", "text": {"verbosity": "low"}},
            error(
                "Unsupported value: 'low' is not supported with the 'gpt-4.1-mini' model. Supported values are:"
                " 'medium'.",
                param="text.verbosity",
                code="unsupported_value",
            ),
            id="verbosity",
        ),
        pytest.param(
            {"model": "gpt-4.1", "include": ["reasoning.encrypted_content"]},
            error("Encrypted content is not supported with this model.", param="include"),
            id="encrypted-content",
        ),
    ],
)
def test_what_the_model_does_not_take_is_400(raw, keys, stream, expected):
    reply = raw("POST", PATH, ask(**keys, stream=stream))

    assert reply.status == 400
    assert reply.header("content-type") == "application/json"
    assert reply.json == expected
