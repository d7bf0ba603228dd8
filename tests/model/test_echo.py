"""What a response repeats of its request."""

import json

import pytest

from mockserver.model.echo import (
    echoed_conversation,
    echoed_prompt,
    echoed_reasoning,
    echoed_text,
    echoed_tool,
)
from mockserver.spec.models import model_facts

OBJECT = {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        pytest.param(
            {"type": "function", "name": "f", "parameters": OBJECT, "strict": True},
            {
                "type": "function",
                "description": None,
                "name": "f",
                "output_schema": None,
                "parameters": OBJECT,
                "strict": True,
            },
            id="function",
        ),
        pytest.param(
            {"type": "function", "name": "f", "parameters": OBJECT},
            {
                "type": "function",
                "description": None,
                "name": "f",
                "output_schema": None,
                "parameters": {**OBJECT, "additionalProperties": False},
                "strict": True,
            },
            id="function-without-strict",
        ),
        pytest.param(
            {"type": "function", "name": "f", "parameters": {}, "strict": False},
            {
                "type": "function",
                "description": None,
                "name": "f",
                "output_schema": None,
                "parameters": OBJECT,
                "strict": False,
            },
            id="function-without-parameters",
        ),
        pytest.param(
            {"type": "web_search", "user_location": {"type": "approximate", "city": "Paris"}},
            {
                "type": "web_search",
                "filters": None,
                "return_token_budget": "default",
                "search_context_size": "medium",
                "user_location": {
                    "type": "approximate",
                    "city": "Paris",
                    "country": "US",
                    "region": None,
                    "timezone": None,
                },
            },
            id="web-search",
        ),
        pytest.param(
            {"type": "mcp", "server_label": "a", "server_url": "https://a.example", "authorization": "secret"},
            {
                "type": "mcp",
                "allowed_tools": None,
                "headers": None,
                "require_approval": "always",
                "server_description": None,
                "server_label": "a",
                "server_url": "https://a.example",
            },
            id="mcp-hides-its-token",
        ),
        pytest.param(
            {"type": "custom", "name": "c", "format": {"syntax": "lark", "definition": "start: X", "type": "grammar"}},
            {
                "type": "custom",
                "description": None,
                "format": {"type": "grammar", "definition": "start: X", "syntax": "lark"},
                "name": "c",
            },
            id="custom-with-a-grammar",
        ),
        pytest.param(
            {"type": "custom", "name": "c"},
            {"type": "custom", "description": None, "format": {"type": "text"}, "name": "c"},
            id="custom",
        ),
        pytest.param({"type": "apply_patch"}, {"type": "apply_patch"}, id="without-a-row"),
    ],
)
def test_tool_is_repeated_filled_up_in_the_order_of_the_wire(tool, expected):
    assert json.dumps(echoed_tool(tool)) == json.dumps(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(None, {"format": {"type": "text"}, "verbosity": "medium"}, id="none"),
        pytest.param({"verbosity": "low"}, {"format": {"type": "text"}, "verbosity": "low"}, id="verbosity"),
        pytest.param(
            {"format": {"type": "json_schema", "name": "a", "schema": OBJECT}},
            {
                "format": {"type": "json_schema", "description": None, "name": "a", "schema": OBJECT, "strict": True},
                "verbosity": "medium",
            },
            id="schema",
        ),
    ],
)
def test_text_is_repeated(text, expected):
    assert echoed_text(text) == expected


@pytest.mark.parametrize(
    ("model", "sent", "expected"),
    [
        pytest.param("gpt-4o", None, {"context": None, "effort": None, "summary": None}, id="no-reasoning"),
        pytest.param(
            "o3",
            {"effort": "low", "summary": "auto"},
            {"context": "current_turn", "effort": "low", "mode": "standard", "summary": "detailed"},
            id="resolved",
        ),
        pytest.param(
            "gpt-5.6",
            {"context": "auto"},
            {"context": "all_turns", "effort": "medium", "mode": "standard", "summary": None},
            id="context",
        ),
    ],
)
def test_reasoning_is_repeated_with_the_models_own_values(model, sent, expected):
    assert echoed_reasoning(sent, model_facts(model)) == expected


def test_prompt_is_repeated_with_its_variables_as_parts():
    assert echoed_prompt({"id": "pmpt_1", "variables": {"city": "Paris"}}) == {
        "id": "pmpt_1",
        "variables": {"city": {"type": "input_text", "text": "Paris"}},
        "version": None,
    }


@pytest.mark.parametrize(
    ("sent", "expected"), [(None, None), ("conv_1", {"id": "conv_1"}), ({"id": "conv_1"}, {"id": "conv_1"})]
)
def test_conversation_is_repeated_as_an_object(sent, expected):
    assert echoed_conversation(sent) == expected
