"""Faults: OpenAI's words and headers by status and code, and what cannot go together."""

import pytest

from mockserver.errors import ScriptError
from mockserver.ids import Draws
from mockserver.model.fault import Chaos, ErrorEvent, FailedResponse, Fault, HttpError
from mockserver.spec.api_errors import API_ERRORS
from mockserver.spec.own_errors import MOCK_SERVER_ERROR
from mockserver.spec.scripted_errors import BY_STATUS

RATE_LIMIT = (
    "Rate limit reached for requests in organization org-mock on requests per min (RPM): Limit 5000, Used 5000,"
    " Requested 1. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn more."
)


def error_of(**fields):
    """The error that a fault scripts."""
    ending = Fault(**fields).ending
    assert isinstance(ending, HttpError | ErrorEvent | FailedResponse)
    return ending.error


@pytest.mark.parametrize(
    ("fields", "error_type", "code", "message"),
    [
        (
            {"status": 400},
            "invalid_request_error",
            "context_length_exceeded",
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
        ),
        (
            {"status": 400, "code": "conversation_locked"},
            "invalid_request_error",
            "conversation_locked",
            "Another process is currently operating on this conversation. Please retry in a few seconds.",
        ),
        (
            {"status": 401},
            "invalid_request_error",
            "invalid_api_key",
            (
                "Incorrect API key provided: sk-proj-********mock. You can find your API key at"
                " https://platform.openai.com/account/api-keys."
            ),
        ),
        (
            {"status": 403},
            "request_forbidden",
            "unsupported_country_region_territory",
            "Country, region, or territory not supported",
        ),
        ({"status": 404}, "invalid_request_error", None, "Response with id 'resp_mock' not found."),
        ({"status": 405}, "invalid_request_error", None, "Invalid method for URL (GET /v1/responses)"),
        ({"status": 408}, "invalid_request_error", None, "Request timed out."),
        (
            {"status": 409},
            "invalid_request_error",
            None,
            "The request conflicts with another one. Please try again.",
        ),
        (
            {"status": 413},
            "invalid_request_error",
            None,
            ("Request body too large: the limit is 67108864 bytes. Send less, or raise the server's body limit."),
        ),
        ({"status": 429}, "rate_limit_error", "rate_limit_exceeded", RATE_LIMIT.format(wait="1s")),
        (
            {"status": 429, "retry_after": 90},
            "rate_limit_error",
            "rate_limit_exceeded",
            RATE_LIMIT.format(wait="1m30s"),
        ),
        (
            {"status": 429, "code": "insufficient_quota"},
            "insufficient_quota",
            "insufficient_quota",
            (
                "You exceeded your current quota, please check your plan and billing details. For more information"
                " on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
            ),
        ),
        (
            {"status": 500},
            "server_error",
            "server_error",
            (
                "The server had an error processing your request. Sorry about that! You can retry your request, or"
                " contact us through our help center at help.openai.com if you keep seeing this error."
            ),
        ),
        ({"status": 502}, "cf_bad_gateway", "502", "Bad gateway."),
        (
            {"status": 503},
            "service_unavailable_error",
            "server_is_overloaded",
            "The server is currently overloaded with other requests. Please try again later.",
        ),
        ({"status": 504}, "cf_gateway_timeout", "504", "Gateway timeout."),
        ({"status": 429, "type": "tokens", "message": "Slow down."}, "tokens", "rate_limit_exceeded", "Slow down."),
        ({"status": 404, "code": "gone", "message": "No."}, "invalid_request_error", "gone", "No."),
    ],
    ids=lambda value: "-".join(map(str, value.values()))[:40] if isinstance(value, dict) else "",
)
def test_http_error_speaks_openai(fields, error_type, code, message):
    error = error_of(**fields).as_reply()
    assert (error.status, error.type, error.code, error.message) == (fields["status"], error_type, code, message)


def test_every_usual_error_has_a_test():
    (parametrized,) = test_http_error_speaks_openai.pytestmark
    tried = [fields["status"] for fields, *_ in parametrized.args[1] if list(fields) == ["status"]]
    assert set(BY_STATUS) == set(tried)


CODES = sorted({row.code for row in API_ERRORS.values() if row.code and row.type != MOCK_SERVER_ERROR})


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("status", [None, 400, 404, 429, 500])
def test_code_that_the_table_knows_gets_its_own_words(code, status):
    rows = [row for row in API_ERRORS.values() if row.code == code and row.type != MOCK_SERVER_ERROR]
    row = next((row for row in rows if row.status == status), rows[0])
    error = error_of(code=code, **({"fail_after": 0} if status is None else {"status": status})).as_reply()
    assert (error.status, error.type, error.code) == (status or row.status, row.type, code)
    assert "{" not in error.message
    assert error.message.startswith(row.text.partition("{")[0])
    assert bool(error.param) == bool(row.param)


@pytest.mark.parametrize(
    ("fields", "message", "param"),
    [
        pytest.param(
            {"status": 400, "code": "previous_response_not_found"},
            "Previous response with id 'resp_mock' not found.",
            "previous_response_id",
            id="chain",
        ),
        pytest.param(
            {"status": 404, "code": "model_not_found"},
            "The requested model 'gpt-mock' does not exist.",
            "model",
            id="model",
        ),
        pytest.param(
            {"status": 400, "code": "invalid_value"},
            "Invalid value: 'mock'. Supported values are: 'auto' and 'disabled'.",
            "input",
            id="value",
        ),
        pytest.param(
            {"status": 400, "code": "unknown_parameter", "param": "foo"},
            "Unknown parameter: 'foo'.",
            "foo",
            id="its param",
        ),
        pytest.param(
            {"fail_after": 1, "code": "context_length_exceeded"},
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
            "input",
            id="in a stream",
        ),
    ],
)
def test_sentence_and_param_belong_to_the_code(fields, message, param):
    error = error_of(**fields).as_reply()
    assert (error.message, error.param) == (message, param)


@pytest.mark.parametrize(
    ("fields", "error_type", "message"),
    [
        pytest.param({"status": 400, "code": "odd"}, "invalid_request_error", "status 400, code odd", id="400"),
        pytest.param({"status": 413, "code": "odd"}, "invalid_request_error", "status 413, code odd", id="413"),
        pytest.param({"status": 422}, "invalid_request_error", "status 422, code null", id="422"),
        pytest.param({"status": 429, "code": "slow_down"}, "rate_limit_error", "status 429, code slow_down", id="429"),
        pytest.param({"status": 529, "code": "odd"}, "server_error", "status 529, code odd", id="529"),
        pytest.param({"status": 400, "code": "script_error"}, "invalid_request_error", "code script_error", id="ours"),
    ],
)
def test_error_that_nobody_knows_stays_what_was_asked(fields, error_type, message):
    error = error_of(**fields).as_reply()
    assert (error.status, error.type, error.code) == (fields["status"], error_type, fields.get("code"))
    assert (error.param, error.headers) == (None, {})
    assert error.message.startswith("This error was scripted: ")
    assert message in error.message


def test_unknown_failure_of_the_service_is_a_server_error():
    error = error_of(status=520).as_reply()
    assert (error.status, error.type, error.code) == (520, "server_error", "server_error")


NAMED = [name for name, row in API_ERRORS.items() if row.type != MOCK_SERVER_ERROR]


@pytest.mark.parametrize("name", NAMED)
def test_every_error_can_be_named(name):
    row = API_ERRORS[name]
    error = Fault(error=name).http_error(streamed=False)

    assert error is not None
    assert (error.status, error.type, error.code) == (row.status, row.type, row.code)
    assert error.message.startswith(row.text.partition("{")[0])
    assert "{" not in error.message
    assert (error.param is None) == (row.param is None)


def test_named_errors_without_a_code_are_not_those_of_their_status():
    assert error_of(error="output_missing").as_reply().body == {
        "error": {
            "message": "No tool output found for function call call_mock.",
            "type": "invalid_request_error",
            "param": "input",
            "code": None,
        }
    }


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"status": 500}, (500, "Item with id 'rs_mock' not found.", None)),
        ({"message": "Gone."}, (404, "Gone.", None)),
        ({"code": "odd"}, (404, "Item with id 'rs_mock' not found.", "odd")),
    ],
)
def test_what_is_stated_beside_a_name_goes_before_it(fields, seen):
    error = error_of(error="item_not_found", **fields).as_reply()

    assert (error.status, error.message, error.code) == seen


def test_named_error_comes_in_a_stream():
    assert error_of(error_after=1, error="item_not_found").in_event() == {
        "type": "invalid_request_error",
        "code": None,
        "message": "Item with id 'rs_mock' not found.",
        "param": "input",
    }


def test_rate_limit_has_its_headers():
    assert error_of(status=429, retry_after=0.25, headers={"x-extra": "1"}).as_reply().headers == {
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-limit-tokens": "4000000",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-remaining-tokens": "3999969",
        "x-ratelimit-reset-requests": "250ms",
        "x-ratelimit-reset-tokens": "0s",
        "retry-after": "1",
        "retry-after-ms": "250",
        "x-extra": "1",
    }


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"status": 429, "code": "insufficient_quota"}, {}),
        ({"status": 500}, {}),
        ({"status": 503, "retry_after": 2}, {"retry-after": "2"}),
        ({"status": 503, "retry_after": 0}, {"retry-after": "0"}),
    ],
)
def test_other_errors_ask_to_wait_only_if_told(fields, headers):
    assert error_of(**fields).as_reply().headers == headers


def test_failure_in_a_stream_has_its_error():
    error = error_of(error_after=3, code="rate_limit_exceeded", message="Slow down.", param="input")
    assert error.in_event() == {
        "type": "rate_limit_error",
        "code": "rate_limit_exceeded",
        "message": "Slow down.",
        "param": "input",
    }
    assert error.in_response() == {"code": "rate_limit_exceeded", "message": "Slow down."}
    assert error_of(fail_after=0).in_response()["code"] == "server_error"
    assert error.as_reply().status == 429


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "a fault says nothing; expected error, status, error_after, "),
        ({"status": 429, "cut_after": 1}, "a fault has status and cut_after; expected one of status, "),
        ({"code": "rate_limit_exceeded"}, "error, type, code, message, param need a status, error_after or"),
        ({"cut_after": 1, "code": "x"}, "error, type, code, message, param need a status, error_after or fail_after."),
        ({"cut_after": 1, "error": "item_not_found"}, "error, type, code, message, param need a status"),
        (
            {"error": "item_not_fond"},
            "error is 'item_not_fond', which is the name of none. Did you mean 'item_not_found'?",
        ),
        ({"error": "script_error"}, "error is 'script_error', which is the name of none."),
        ({"fail_after": 1, "retry_after": 1}, "retry_after and headers need a status."),
        ({"fail_after": 1, "headers": {"a": "b"}}, "retry_after and headers need a status."),
        ({"status": 399}, "status is 399; expected an HTTP error, 400 to 599."),
        ({"status": 600}, "status is 600; expected an HTTP error, 400 to 599."),
        ({"error_after": -1}, "error_after is -1; expected at least 0."),
        ({"fail_after": -1}, "fail_after is -1; expected at least 0."),
        ({"cut_after": -1}, "cut_after is -1; expected at least 0."),
        ({"stall_after": -1}, "stall_after is -1; expected at least 0."),
        ({"garbage_after": -1}, "garbage_after is -1; expected at least 0."),
        ({"half_event": 0}, "half_event is 0; expected at least 1."),
        ({"slow_body": -1}, "slow_body is -1; expected at least 0."),
        ({"status": 429, "retry_after": -1}, "retry_after is -1; expected at least 0."),
    ],
)
def test_impossible_fault_is_refused(fields, message):
    with pytest.raises(ScriptError) as raised:
        Fault(**fields)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("fields", [{"content_length": -5}, {"slow_body": 0.5}, {"cut_after": 0, "slow_body": 1}])
def test_body_faults_stand_alone_or_beside_another(fields):
    assert Fault(**fields).content_length == fields.get("content_length")


@pytest.mark.parametrize(("rate", "picked"), [(0, None), (1, Fault(status=500))])
def test_chaos_has_a_rate(rate, picked):
    assert Chaos(rate=rate, faults=(Fault(status=500),)).pick(Draws(b"x")) == picked


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rate": 1.5, "faults": (Fault(status=500),)}, "rate is 1.5; expected 0 to 1."),
        ({"rate": 0.5, "faults": ()}, "faults is empty; expected at least one fault."),
    ],
)
def test_impossible_chaos_is_refused(fields, message):
    with pytest.raises(ScriptError, match=message):
        Chaos(**fields)
