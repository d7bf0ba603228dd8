"""Requests that between them make the default responder say every item type that it can."""

from collections.abc import Mapping
from typing import Any

WEATHER: Mapping[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
    "strict": True,
}

PERSON: Mapping[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 130}},
    "required": ["name", "age"],
    "additionalProperties": False,
}

MCP: Mapping[str, Any] = {"type": "mcp", "server_label": "docs", "server_url": "https://docs.example/mcp"}


def ask(words: str = "Say hello.", /, *, model: str = "gpt-4o", **more: Any) -> dict[str, Any]:
    """A request body."""
    return {"model": model, "input": words, **more}


def offering(tool: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A request that offers one tool and asks for it."""
    return ask("Go on.", tools=[tool], tool_choice="required", **more)


BODIES: Mapping[str, Mapping[str, Any]] = {
    "text": ask(),
    "emoji": ask("Répète : 👩‍👩‍👧 日本語"),
    "logprobs": ask(include=["message.output_text.logprobs"], top_logprobs=2),
    "cut": ask("Tell me a story that is longer than the limit, however short the words are.", max_output_tokens=16),
    "json_object": ask("Answer in JSON.", text={"format": {"type": "json_object"}}),
    "json_schema": ask("Who?", text={"format": {"type": "json_schema", "name": "person", "schema": PERSON}}),
    "reasoning": ask(model="o4-mini"),
    "reasoning_summary": ask(
        model="gpt-5", reasoning={"summary": "detailed"}, include=["reasoning.encrypted_content"], store=False
    ),
    "function": ask("What is the weather in Paris?", tools=[WEATHER]),
    "function_commentary": ask("What is the weather in Paris?", model="gpt-5.6", tools=[WEATHER]),
    "custom": offering({"type": "custom", "name": "note"}),
    "web_search": offering({"type": "web_search"}, include=["web_search_call.action.sources"]),
    "file_search": offering(
        {"type": "file_search", "vector_store_ids": ["vs_1"]}, include=["file_search_call.results"]
    ),
    "code_interpreter": offering(
        {"type": "code_interpreter", "container": {"type": "auto"}}, include=["code_interpreter_call.outputs"]
    ),
    "image_generation": offering({"type": "image_generation", "partial_images": 2}),
    "mcp": offering({**MCP, "require_approval": "never"}),
    "mcp_approval": offering(MCP),
    "computer": offering({"type": "computer"}),
    "local_shell": offering({"type": "local_shell"}),
    "shell": offering({"type": "shell"}),
    "apply_patch": offering({"type": "apply_patch"}),
    "tool_search": offering({"type": "tool_search"}),
    "programmatic": offering({"type": "programmatic_tool_calling"}),
}
