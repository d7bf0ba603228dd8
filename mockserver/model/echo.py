"""A request's parameters as its response repeats them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from mockserver.codec import JsonObject
from mockserver.model.prompt import shown_variables
from mockserver.spec.checks.strict_schema import why_not_strict
from mockserver.spec.echo import (
    COMPRESSION_ECHO,
    CONTEXT_ECHO,
    FORMAT_ECHO,
    SUMMARY_ECHO,
    TOOL_CHOICE_ECHO,
    TOOL_ECHO,
    TOOL_HIDDEN,
    TOOL_PARTS,
)
from mockserver.spec.model_families import ModelFacts


def echoed_tool(tool: JsonObject) -> JsonObject:
    """One entry of `tools`, filled up and in wire order."""
    kind = tool.get("type", "function")
    hidden = TOOL_HIDDEN.get(kind, frozenset())
    shown = {key: value for key, value in tool.items() if key not in hidden}
    echoed = _filled({"type": kind, **shown}, TOOL_ECHO.get(kind, {}))
    for key in TOOL_PARTS.keys() & echoed.keys():
        if isinstance(echoed[key] or {}, dict):
            echoed[key] = _filled(echoed[key] or {}, TOOL_PARTS[key], first=())
    if isinstance(echoed.get("format"), dict):
        echoed["format"] = _format(echoed["format"])
    return _function(echoed, tool) if kind == "function" else echoed


def _function(echoed: JsonObject, sent: JsonObject) -> JsonObject:
    """A function's own rules. Where `strict` was left out, it is assumed if the schema can be closed for it.

    Source: recorded agent-framework tool_call; that what cannot be closed is answered `strict: false` is documented.
    """
    echoed["description"] = echoed["description"] or None
    if sent.get("strict") is None:
        strict = closed(echoed["parameters"])
        echoed["strict"] = strict is None or why_not_strict(strict) is None
        if echoed["strict"]:
            echoed["parameters"] = strict
    elif echoed["parameters"] == {}:
        echoed["parameters"] = {"type": "object", "properties": {}}
    return echoed


def closed(schema: Any) -> Any:
    """A schema whose objects require every key and allow no other, as far as it leaves that open."""
    if not isinstance(schema, dict):
        return schema
    shut = {key: _CLOSERS[key](value) if key in _CLOSERS else value for key, value in schema.items()}
    if isinstance(shut.get("properties"), dict):
        if shut["properties"]:
            shut["required"] = list(shut["properties"])
        shut.setdefault("additionalProperties", False)
    return shut


def _closed_members(schemas: Any) -> Any:
    if isinstance(schemas, dict):
        return {name: closed(schema) for name, schema in schemas.items()}
    return [closed(schema) for schema in schemas] if isinstance(schemas, list) else schemas


_CLOSERS: Mapping[str, Callable[[Any], Any]] = {
    "properties": _closed_members,
    "$defs": _closed_members,
    "definitions": _closed_members,
    "anyOf": _closed_members,
    "items": closed,
}


def _filled(sent: JsonObject, row: Mapping[str, Any], *, first: tuple[str, ...] = ("type",)) -> JsonObject:
    """`first`, then the row's keys with its values for what was left out or null, then whatever else was sent."""
    ordered = {key: sent[key] for key in first if key in sent}
    ordered |= {key: value if sent.get(key) is None else sent[key] for key, value in row.items()}
    return ordered | {key: value for key, value in sent.items() if key not in ordered and value is not None}


def echoed_tool_choice(sent: Any) -> Any:
    """`tool_choice`: as it was sent, but for a type that the API knows by another name."""
    if not isinstance(sent, dict):
        return sent or "auto"
    return {**sent, "type": TOOL_CHOICE_ECHO.get(sent["type"], sent["type"])}


def echoed_text(sent: Mapping[str, Any] | None) -> JsonObject:
    """`text`: format and verbosity, both always stated."""
    sent = sent or {}
    form = sent.get("format") or {"type": "text"}
    return {"format": _format(form), "verbosity": sent.get("verbosity") or "medium"}


def _format(sent: JsonObject) -> JsonObject:
    return _filled(sent, FORMAT_ECHO.get(sent["type"], {}))


def echoed_reasoning(sent: Mapping[str, Any] | None, facts: ModelFacts) -> JsonObject:
    """`reasoning`: the model's own values where the request has none."""
    sent = sent or {}
    context, summary = sent.get("context"), sent.get("summary") or sent.get("generate_summary")
    echoed: JsonObject = {
        "context": CONTEXT_ECHO.get(context, context) if context else facts.context,
        "effort": sent.get("effort") or facts.effort,
    }
    if facts.mode:
        echoed["mode"] = sent.get("mode") or facts.mode
    return {**echoed, "summary": SUMMARY_ECHO.get(summary, summary) if summary else None}


def echoed_prompt(sent: Mapping[str, Any], include: Collection[str] = ()) -> JsonObject:
    """`prompt`: its variables are repeated as parts, filled up like those of an input."""
    return {"id": sent.get("id"), "variables": shown_variables(sent, include), "version": sent.get("version")}


def echoed_image(sent: Mapping[str, Any] | None) -> JsonObject | None:
    """`image`: its options resolved."""
    compression = (sent or {}).get("context_compression")
    return {"context_compression": COMPRESSION_ECHO.get(compression, compression)} if compression else None


def echoed_conversation(sent: Any) -> JsonObject | None:
    """`conversation`: an object, whatever form was sent."""
    return {"id": sent["id"] if isinstance(sent, dict) else sent} if sent else None
