"""What the wire shows besides the SDK's types: rows, each with its source, that the contract's checks apply.

``recorded`` means seen in traffic from api.openai.com. A row that the types have caught up with fails a test and goes.
"""

from typing import NamedTuple

from mockserver.codec import Schema


class Omitted(NamedTuple):
    """A key that the types require and the wire leaves out."""

    schema: str
    key: str
    source: str


class Added(NamedTuple):
    """A key that the types don't have, or that holds more on the wire than they say."""

    schema: str
    key: str
    value: Schema
    source: str


class Shape(NamedTuple):
    """A whole event, item or object that no type describes, or that the wire shapes otherwise."""

    table: str
    name: str
    value: Schema
    source: str


STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
BYTES: Schema = {"type": "array", "items": INTEGER}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {"type": "object", "properties": required | (optional or {}), "required": list(required)}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _deleted(name: str) -> Schema:
    return _object({"id": STRING, "object": {"const": name}, "deleted": {"const": True}})


_STEER = _object({"id": STRING, "previous_response_id": STRING})

OMITTED = (
    Omitted(schema="InputTokensDetails", key="cache_write_tokens", source="recorded; came 2026-07"),
    Omitted(schema="ResponseFunctionWebSearch", key="action", source="recorded: output_item.added before 2025-11"),
)

# Deltas are padded since 2025-08 unless `stream_options.include_obfuscation` is false.
OBFUSCATED = {
    "ResponseTextDeltaEvent": "recorded",
    "ResponseFunctionCallArgumentsDeltaEvent": "recorded",
    "ResponseMcpCallArgumentsDeltaEvent": "recorded",
    "ResponseCodeInterpreterCallCodeDeltaEvent": "recorded",
    "ResponseReasoningSummaryTextDeltaEvent": "recorded by Mirascope, 2026-01",
    "ResponseCustomToolCallInputDeltaEvent": "recorded, 2026-05",
}

# In stream events as in finished items, where the types do have the key.
LOGPROBS = (
    "ResponseTextDeltaEvent.Logprob",
    "ResponseTextDeltaEvent.LogprobTopLogprob",
    "ResponseTextDoneEvent.Logprob",
    "ResponseTextDoneEvent.LogprobTopLogprob",
)

SOURCES = [_ref("ResponseFunctionWebSearch.ActionSearchSource"), _ref("ActionSearchSourceApi")]

ADDED = (
    *(Added(schema=name, key="obfuscation", value=STRING, source=source) for name, source in OBFUSCATED.items()),
    *(Added(schema=name, key="bytes", value=BYTES, source="recorded: openai-dotnet, 2026-04") for name in LOGPROBS),
    Added(
        schema="Response",
        key="billing",
        value=_object({"payer": STRING}),
        source="recorded; came 2025-09-23, in finished JSON bodies only",
    ),
    Added(schema="Response", key="store", value=BOOLEAN, source="recorded"),
    Added(schema="Response", key="frequency_penalty", value=NUMBER, source="recorded; came 2026-01"),
    Added(schema="Response", key="presence_penalty", value=NUMBER, source="recorded; came 2026-01"),
    Added(
        schema="ResponseError",
        key="code",
        value=STRING,
        source="recorded: insufficient_quota; codes of HTTP errors come here when the response has begun",
    ),
    Added(
        schema="ResponseFunctionWebSearch.ActionSearch",
        key="sources",
        value={"anyOf": [{"type": "array", "items": {"anyOf": SOURCES}}, {"type": "null"}]},
        source="recorded: sources of real-time providers have a name, no url",
    ),
    Added(
        schema="ResponseCustomToolCall",
        key="status",
        value={"enum": ["in_progress", "completed", "incomplete"]},
        source="recorded by DataDog; the types have it on the stored item only",
    ),
    Added(schema="Tool.ImageGeneration", key="n", value=INTEGER, source="recorded echo of the tool"),
    Added(schema="WebSearchTool", key="return_token_budget", value=STRING, source="recorded echo; came 2026-06"),
    Added(
        schema="WebSearchTool",
        key="search_content_types",
        value={"type": "array", "items": STRING},
        source="recorded echo of `external_web_access: false`",
    ),
    Added(
        schema="CompactedResponse",
        key="output",
        value={"type": "array", "items": {"anyOf": [_ref("Message"), _ref("ResponseCompactionItem")]}},
        source="recorded: the user's messages are kept, with their role",
    ),
)

# Definitions that the rows above refer to and the types do not have.
SCHEMAS: dict[str, Schema] = {"ActionSearchSourceApi": _object({"type": {"const": "api"}, "name": STRING})}

SHAPES = (
    *(
        Shape(
            table="events",
            name=name,
            value=_object({"type": {"const": name}, **keys, "sequence_number": INTEGER}, {"stream_id": STRING}),
            source="types of 3.57.0; over WebSocket only, so the union of stream events lacks it",
        )
        for name, keys in {
            "response.steer.accepted": {"steer": _STEER},
            "response.steer.pending": {
                "steer": _STEER,
                "reason": STRING,
                "required_input": _array(_object({"type": STRING})),
            },
            "response.steer.failed": {
                "steer": _object({"previous_response_id": STRING, "input": {}}, {"id": STRING}),
                "error": _object({"type": STRING, "code": STRING, "message": STRING}),
            },
            "response.inject.created": {"response_id": STRING},
            "response.inject.failed": {
                "response_id": STRING,
                "input": _array(_object({})),
                "error": _object({"code": STRING, "message": STRING}),
            },
        }.items()
    ),
    Shape(
        table="events",
        name="error",
        value=_object({"type": {"const": "error"}, "error": _ref("ErrorObject"), "sequence_number": INTEGER}),
        source="recorded; nested, while the types say flat",
    ),
    Shape(
        table="events",
        name="response.apply_patch_call_operation_diff.delta",
        value=_object(
            {
                "type": {"const": "response.apply_patch_call_operation_diff.delta"},
                "delta": STRING,
                "item_id": STRING,
                "output_index": INTEGER,
                "sequence_number": INTEGER,
            },
            {"obfuscation": STRING},
        ),
        source="recorded",
    ),
    Shape(
        table="events",
        name="response.apply_patch_call_operation_diff.done",
        value=_object(
            {
                "type": {"const": "response.apply_patch_call_operation_diff.done"},
                "diff": STRING,
                "item_id": STRING,
                "output_index": INTEGER,
                "sequence_number": INTEGER,
            },
        ),
        source="recorded",
    ),
    Shape(table="objects", name="response.deleted", value=_deleted("response.deleted"), source="recorded"),
    Shape(
        table="objects",
        name="conversation.item.deleted",
        value=_deleted("conversation.item.deleted"),
        source="recorded 2025-10; the types say the conversation is returned",
    ),
)
