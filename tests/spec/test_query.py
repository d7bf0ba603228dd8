"""Query parameters get the contract's types, or the wire's errors."""

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_query


@pytest.mark.parametrize(
    ("operation", "query", "values"),
    [
        (
            "responses.input_items.list",
            [("limit", "2"), ("order", "asc"), ("after", "msg_1"), ("beta", "true")],
            {"limit": 2, "order": "asc", "after": "msg_1"},
        ),
        (
            "conversations.items.list",
            [("include[]", "reasoning.encrypted_content"), ("include", "code_interpreter_call.outputs")],
            {"include": ["reasoning.encrypted_content", "code_interpreter_call.outputs"]},
        ),
        ("responses.retrieve", [("stream", "true"), ("starting_after", "7")], {"stream": True, "starting_after": 7}),
        ("responses.retrieve", [("stream", "true"), ("stream", "false")], {"stream": False}),
    ],
)
def test_check_query_gives_typed_values(operation, query, values):
    assert check_query(operation, query) == values


@pytest.mark.parametrize(
    ("operation", "query", "code", "param", "message"),
    [
        (
            "conversations.items.list",
            [("limit", "1000")],
            "integer_above_max_value",
            "limit",
            "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 1000 instead.",
        ),
        (
            "conversations.items.list",
            [("limit", "0")],
            "integer_below_min_value",
            "limit",
            "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        ),
        (
            "responses.input_items.list",
            [("limit", "ten")],
            "invalid_type",
            "limit",
            "Invalid type for 'limit': expected an integer, but got a string instead.",
        ),
        (
            "responses.input_items.list",
            [("order", "up")],
            "invalid_value",
            "order",
            "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.",
        ),
        (
            "responses.retrieve",
            [("include[]", "x")],
            "invalid_value",
            "include[0]",
            (
                "Invalid value: 'x'. Supported values are: 'file_search_call.results', 'web_search_call.results',"
                " 'web_search_call.action.sources', 'message.input_image.image_url',"
                " 'computer_call_output.output.image_url', 'code_interpreter_call.outputs',"
                " 'reasoning.encrypted_content', and 'message.output_text.logprobs'."
            ),
        ),
    ],
)
def test_check_query_refuses_wrong_values(operation, query, code, param, message):
    with pytest.raises(ApiError) as refused:
        check_query(operation, query)
    assert refused.value.error == {"message": message, "type": "invalid_request_error", "param": param, "code": code}
