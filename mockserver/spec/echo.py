"""What a response repeats of its request: keys, their order, and the values of what was left out.

Source: OBSERVED section 3 (recorded responses to 2026-08), key orders as recorded.
"""

from collections.abc import Mapping
from typing import Any

# `tools[i]` by type: keys after `type` in wire order, with the value of a key that the request left out.
TOOL_ECHO: Mapping[str, Mapping[str, Any]] = {
    "function": {"description": None, "name": None, "output_schema": None, "parameters": None, "strict": True},
    "custom": {"description": None, "format": {"type": "text"}, "name": None},
    "web_search": {
        "filters": None,
        "return_token_budget": "default",
        "search_context_size": "medium",
        "user_location": {},
    },
    "web_search_preview": {"search_context_size": "medium", "user_location": {}},
    "file_search": {"filters": None, "max_num_results": 20, "ranking_options": {}, "vector_store_ids": []},
    "mcp": {
        "allowed_tools": None,
        "headers": None,
        "require_approval": "always",
        "server_description": None,
        "server_label": None,
        "server_url": None,
    },
    "image_generation": {
        "background": "auto",
        "model": "gpt-image-1",
        "moderation": "auto",
        "n": 1,
        "output_compression": 100,
        "output_format": "png",
        "quality": "auto",
        "size": "auto",
    },
    "tool_search": {"description": None, "parameters": None},
}
TOOL_HIDDEN: Mapping[str, frozenset[str]] = {
    "image_generation": frozenset({"partial_images", "input_fidelity", "action"}),
    "mcp": frozenset({"authorization"}),
}
"""Keys of a tool that are never repeated."""

TOOL_PARTS: Mapping[str, Mapping[str, Any]] = {
    "user_location": {"type": "approximate", "city": None, "country": "US", "region": None, "timezone": None},
    "ranking_options": {"ranker": "auto", "score_threshold": 0.0},
}
"""Objects inside a tool that are filled up the same way."""

FORMAT_ECHO: Mapping[str, Mapping[str, Any]] = {
    "grammar": {"definition": None, "syntax": None},
    "json_schema": {"description": None, "name": None, "schema": None, "strict": True},
}
"""The same for `text.format`, and for the `format` of a custom tool, by type."""

TOOL_CHOICE_ECHO: Mapping[str, str] = {"web_search": "web_search_preview"}
"""The type of a tool choice as it is repeated, where that is another one. Source: issue (gpt-5.5, 2026-08)."""

SUMMARY_ECHO = {"auto": "detailed"}
"""`reasoning.summary` is repeated resolved."""

CONTEXT_ECHO = {"auto": "all_turns"}

COMPRESSION_ECHO = {"auto": "disabled"}
"""`image.context_compression` is repeated as the policy in effect (openai 3.57.0); which one is our choice."""

ONLY_IF_SENT = ("access_programs", "conversation", "image", "prompt", "prompt_cache_options")
"""Keys of a response that are there only where the request has them; others are null. The first and the third: openai
3.57.0."""

TIER_ECHO = {"fast": "priority", "priority": "priority", "flex": "flex", "ultrafast": "ultrafast"}
"""The service tier that a finished response states; any other request is served as `default`."""

NO_TOOL_USAGE: Mapping[str, Any] = {
    "image_gen": {
        "input_tokens": 0,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"image_tokens": 0, "text_tokens": 0},
        "total_tokens": 0,
    },
    "web_search": {"num_requests": 0},
}

BILLING: Mapping[str, Any] = {"payer": "developer"}
"""Stands after `background`, only in the JSON body of a finished response, never in an event."""
