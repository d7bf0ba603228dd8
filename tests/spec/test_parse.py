"""Reading a body: JSON or the wire's `invalid_json`."""

import pytest

from mockserver.codec import MAX_DEPTH
from mockserver.errors import ApiError
from mockserver.spec.checks.body import parse_body

INVALID_JSON = {
    "message": (
        "Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors"
        " include trailing commas, missing closing brackets, missing quotation marks, etc.)"
    ),
    "type": "invalid_request_error",
    "param": None,
    "code": "invalid_json",
}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(b'{"model": "gpt-4o"}', {"model": "gpt-4o"}, id="object"),
        pytest.param(b" [1, null] \n", [1, None], id="array with space around it"),
        pytest.param(b'{"a": 1, "a": 2}', {"a": 2}, id="duplicate key: the last counts"),
        pytest.param(b'"\\ud83d\\ude00"', "\N{GRINNING FACE}", id="surrogate pair"),
        pytest.param('"\N{SNOWMAN}"'.encode(), "\N{SNOWMAN}", id="UTF-8"),
        pytest.param(b"18446744073709551616", 18446744073709551616.0, id="integer over 64 bits"),
        pytest.param(b'"' + b"{" * 500 + b'"', "{" * 500, id="braces in a string are not nesting"),
        pytest.param(b"[" + b"{}," * 500 + b"{}]", [{}] * 501, id="many objects side by side"),
    ],
)
def test_parse_body_gives_the_json_value(raw, value):
    assert parse_body(raw, content_type="application/json") == value


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"a": 1,}', id="trailing comma"),
        pytest.param(b'{"a": 1', id="not closed"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b'{"a": 1} // comment', id="comment"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b"[Infinity]", id="Infinity"),
        pytest.param(b"[1e999]", id="a number that is infinite as a double"),
        pytest.param(b'{"a": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"a": "\\ud800"}', id="lone surrogate"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, id="nested 10,000 deep"),
        pytest.param(b'{"a":' * 10_000, id="nested 10,000 deep and not closed"),
        pytest.param(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), id="nested one too deep"),
    ],
)
def test_parse_body_refuses_what_is_not_json(raw):
    with pytest.raises(ApiError) as refused:
        parse_body(raw, content_type="application/json")
    assert (refused.value.status, refused.value.error) == (400, INVALID_JSON)


def test_parse_body_accepts_the_deepest_nesting_allowed():
    raw = b'{"a":' * (MAX_DEPTH - 1) + b"[]" + b"}" * (MAX_DEPTH - 1)
    assert "a" in parse_body(raw, content_type="application/json")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json", ""],
)
def test_parse_body_accepts_json_content_types_and_none(content_type):
    assert parse_body(b"{}", content_type=content_type) == {}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_parse_body_refuses_other_content_types(content_type):
    with pytest.raises(ApiError) as refused:
        parse_body(b"{}", content_type=content_type)
    assert refused.value.status == 400
    assert refused.value.code == "unsupported_content_type"
    assert refused.value.message == (
        f"Unsupported content type: '{content_type}'. Expected a JSON body with content type 'application/json'."
    )
