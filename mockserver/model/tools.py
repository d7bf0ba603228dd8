"""The tools that a model may call: where a request offers them, and which of them a choice names."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockserver.codec import JsonObject
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.request_fields import ALLOWED_TOOL_KEYS
from mockserver.spec.tool_aliases import ALIASES

ALLOWED_TOOLS: Final = "allowed_tools"
NAMESPACE: Final = "namespace"
_NAMED_BY: Final = {**ALLOWED_TOOL_KEYS, NAMESPACE: ("name",)}

# Items that say which tools there are, from them on: additional tools, and those that a search has loaded.
OFFERING: Final = frozenset(name for name, row in ITEM_TYPES.items() if "tools" in row.text)


def tools_in(items: Iterable[Mapping[str, Any]]) -> list[JsonObject]:
    """The tools that the items offer, in order."""
    return [tool for item in items if item.get("type") in OFFERING for tool in item.get("tools") or ()]


def with_tools_in(items: Iterable[Mapping[str, Any]], *, tools: list[JsonObject]) -> list[JsonObject]:
    """The tools, then those that the items offer, each once; the very list where the items offer none."""
    offered = tools
    for tool in tools_in(items):
        if tool not in offered:
            offered = [*offered, tool]
    return offered


def kind_of(tool: Mapping[str, Any]) -> str:
    """The type of a tool, or of a choice, without its alias."""
    return ALIASES.get(tool["type"], tool["type"])


def is_named(tool: Mapping[str, Any], choice: Mapping[str, Any]) -> bool:
    """Whether a tool choice, or an entry of allowed tools, names this tool or one in this namespace."""
    kind = kind_of(choice)
    if kind_of(tool) == kind:
        return all(choice.get(key) in (None, tool.get(key)) for key in _NAMED_BY.get(kind, ()))
    return tool["type"] == NAMESPACE and any(is_named(inner, choice) for inner in tool.get("tools") or ())


def chosen_entries(choice: Any) -> list[Mapping[str, Any]]:
    """What a tool choice names: one tool, or those that it allows; nothing where it is a word."""
    if not isinstance(choice, Mapping):
        return []
    return list(choice["tools"]) if choice["type"] == ALLOWED_TOOLS else [choice]
