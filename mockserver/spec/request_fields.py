"""What the wire asks of a request's fields besides, or other than, what the SDK's types say.

A field is named by its owner and its name: `body.temperature` for the keys of a request, `reasoning.effort` for an
object under that key, `tools:function.name` for a branch of a union (the key that holds the union, then the `type`),
`body.tools[]` for the elements of an array. `*.call_id` is that name wherever it stands.

Sources are those of `mockserver.spec.api_errors`; SP is openai-openapi 2.3.0. A row without a letter is our choice.
"""

from typing import Final, NamedTuple

from mockserver.codec import Schema
from mockserver.spec import multi_agent
from mockserver.spec.item_types import ITEM_TYPES


class Field(NamedTuple):
    """What the wire asks of one field.

    `null` is whether null passes where the field may be left out: in a request and its input items it does without a
    row. `null_sentence` is what the sentence that refuses null says was expected, and what it says has come.
    `expected` is what an `invalid_type` sentence names, `expected_for` another name for one JSON type that came.
    `values` is the wire's list, in its order, for an `invalid_value` sentence; values of the contract that the list
    lacks are newer than it and pass. `least` and `most` bound a number, a length or a count. `data` says whether a
    data URL holds an image or a file.
    """

    expected: str | None = None
    expected_for: tuple[type, str] | None = None
    values: tuple[str, ...] | None = None
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    id_prefix: str | None = None
    null: bool = True
    null_sentence: tuple[str, str] | None = None
    data: str | None = None


class Exclusive(NamedTuple):
    """Fields that do not go together."""

    groups: tuple[tuple[str, ...], ...]
    """One of these may be given."""
    names: str
    """How the wire names them."""
    is_needed: bool = False
    """Whether one of them has to be given."""


NAME_PATTERN: Final = "^[a-zA-Z0-9_-]+$"
SPELLED_BY_SDKS: Final = {"async_": "async"}
"""Keys that openai 3.57.0 spells as its attributes when an object of its own is sent back, with their names."""
_ASYNC: Final[Schema] = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
_CONTENT: Final = Field(expected="one of an array of objects or string")  # issue: input[4].content
_SCHEMA: Final[Schema] = {"anyOf": [{"type": "object", "additionalProperties": True}, {"type": "null"}]}
_NULL_IS_AN_OBJECT: Final = ("a string", "an object")
_NAME: Final = Field(least=1, most=128, pattern=NAME_PATTERN)  # SP; sentence: issue


def _choice(kind: str, **keys: Schema) -> Schema:
    """The choice of a tool by its type."""
    return {"type": "object", "properties": {"type": {"type": "string", "const": kind}, **keys}, "required": ["type"]}


FIELDS: Final[dict[str, Field]] = {
    "body.model": Field(null=False, null_sentence=_NULL_IS_AN_OBJECT),  # K
    "body.input": Field(
        null=False, null_sentence=_NULL_IS_AN_OBJECT, expected="one of a string or array of input items"
    ),  # K
    "body.input[]": Field(expected="an input item"),  # K
    "body.items": Field(most=20, expected="an array of input items"),  # SP
    "body.items[]": Field(expected="an input item"),
    "body.previous_response_id": Field(id_prefix="resp"),  # issue
    "body.conversation": Field(id_prefix="conv"),  # K, MAF
    "conversation.id": Field(id_prefix="conv"),
    "body.tools": Field(expected="an array of tools", most=128),  # K; limit: issue
    "tools.type": Field(
        values=(
            *("code_interpreter", "programmatic_tool_calling", "function", "namespace", "tool_search", "file_search"),
            *("web_search_preview", "web_search_preview_2025_03_11", "image_generation", "mcp", "custom", "computer"),
            *("computer_use_preview", "shell", "apply_patch"),
        )
    ),  # issue
    "body.tool_choice": Field(
        expected="one of an object or 'none', 'auto', or 'required'", values=("none", "auto", "required")
    ),  # K
    "tool_choice.type": Field(
        values=(
            *("code_interpreter", "programmatic_tool_calling", "function", "namespace", "tool_search", "file_search"),
            *("web_search_preview", "image_generation", "mcp", "custom", "computer", "shell", "apply_patch"),
        )
    ),  # issue
    "body.metadata": Field(expected="a metadata object"),  # K
    "body.temperature": Field(least=0, most=2),  # P, SP
    "body.top_p": Field(least=0, most=1),  # SP
    "body.presence_penalty": Field(least=-2, most=2),  # the API reference of chat completions
    "body.frequency_penalty": Field(least=-2, most=2),  # the same reference
    "body.max_output_tokens": Field(least=16),  # K
    "body.max_tool_calls": Field(least=1),  # K
    "body.top_logprobs": Field(least=0, most=20),  # SP
    "body.safety_identifier": Field(most=64),  # SP
    "body.prompt_cache_key": Field(most=64),  # SP
    "body.service_tier": Field(values=("auto", "default", "fast", "flex", "priority")),  # K
    "context_management.compact_threshold": Field(least=1000),  # SP
    "reasoning.effort": Field(
        values=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        expected="one of one of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', or 'max' or integer",
        expected_for=(int, "one of 'minimal', 'low', 'medium', or 'high'"),
    ),  # K
    "reasoning.mode": Field(expected="one of 'standard' or 'pro'"),  # issue
    "reasoning.summary": Field(values=("concise", "detailed", "auto")),  # K
    "format.type": Field(values=("json_object", "text", "json_schema")),  # K
    "format:json_schema.name": Field(least=1, most=64, pattern=NAME_PATTERN),  # the API reference; sentence: issue
    "tools:function.name": _NAME,
    "tools:file_search.max_num_results": Field(least=1, most=50),  # SP, in words
    "ranking_options.score_threshold": Field(least=0, most=1),  # SP, in words
    "tools:image_generation.output_compression": Field(least=0, most=100),  # SP
    "tools:image_generation.partial_images": Field(least=0, most=3),  # SP
    "message:user.content": _CONTENT,
    "message:assistant.content": _CONTENT,
    "input:reasoning.content": Field(expected="an array of unknown values"),  # issue: a string, where null is taken
    "content:output_text.logprobs": Field(expected="an array of unknown values", null=False),  # issue: Codex sends it
    **{f"{owner}:input_image.image_url": Field(data="image") for owner in ("content", "output")},
    **{f"{owner}:input_file.file_data": Field(data="file") for owner in ("content", "output")},
    "*.call_id": Field(least=1, most=64),  # SP; sentence: K
    "query.limit": Field(least=1, most=100),  # MAF, SP
}

# Fields that the contract lacks or leaves open, by the owner or the operation that has them on the wire.
EXTRA: Final[dict[str, dict[str, Schema]]] = {
    "responses.create": {
        "presence_penalty": {"type": "number"},  # K
        "frequency_penalty": {"type": "number"},  # K
        "client_metadata": {"type": "object", "additionalProperties": True},  # sent by Codex CLI
        multi_agent.FIELD: multi_agent.FIELD_SCHEMA,  # known without the beta: only what enables it is refused (live)
    },
    "responses.input_items.list": {"before": {"type": "string"}},  # SP
    "conversations.items.list": {"before": {"type": "string"}},  # as for input items
    "responses.compact": {"model": {"type": "string"}},  # the types take null for a model, though they require it
    "tools:web_search": {
        "return_token_budget": {"type": "string"},  # recorded echo of the tool, 2026-06
        "search_content_types": {"type": "array", "items": {"type": "string"}},  # recorded echo of the tool
    },
    "tools:image_generation": {"n": {"type": "integer"}},  # recorded echo of the tool
    # recorded: sources of real-time providers are of another type and have a name for a url
    "sources": {"type": {"type": "string"}, "name": {"type": "string"}},
    # types of answers, which are sent back
    "output": {"created_by": {"type": "string"}},
    "input:local_shell_call_output": {"call_id": {"type": "string"}},  # the API reference's example
    "input:function_call_output": {"call_id": {"type": "string"}},  # as for the other outputs
    "input:function_call": {"async_": _ASYNC},
    "input:custom_tool_call": {"async_": _ASYNC},
    "tools:function": {"parameters": _SCHEMA, "async_": _ASYNC},  # the contract leaves parameters open in a namespace
    "tools:custom": {"async_": _ASYNC},
    "tools:tool_search": {"parameters": _SCHEMA},  # as for functions
}
# Branches of a union that the contract lacks.
BRANCHES: Final[dict[str, tuple[Schema, ...]]] = {
    "body.tool_choice": (
        _choice("web_search"),  # sent by Vercel's SDK; the contract has the older names of this tool only
        _choice("web_search_2025_08_26"),  # its other name
        _choice("tool_search"),  # issue: among the supported values that the error lists
        _choice("namespace", name={"type": "string"}),  # issue: the same
        _choice("local_shell"),  # as for every other tool that goes by its type
    ),
}
# Fields of an object that do not go together.
_IMAGE_SOURCES: Final = Exclusive((("file_id",), ("image_url",)), "'file_id' or 'image_url'", is_needed=True)  # issues
_FILE_NAMES: Final = Exclusive((("file_id", "file_url"), ("filename",)), "'file_id' or 'filename'")  # issues, 2026
EXCLUSIVE: Final[dict[str, Exclusive]] = {
    **{f"{owner}:input_image": _IMAGE_SOURCES for owner in ("content", "output")},
    **{f"{owner}:input_file": _FILE_NAMES for owner in ("content", "output")},
}
# Fields of the contract that the wire does not know.
ABSENT: Final[dict[str, frozenset[str]]] = {
    "reasoning": frozenset({"generate_summary"}),  # K
    "message:user": frozenset({"phase"}),  # K
    "input:reasoning": frozenset({"status"}),  # issue: BerriAI/litellm#13420; null as well
}
# What is nothing without its id: hosted calls, whose results the service keeps, and what others refer to by their id.
# Source: issue openai/openai-agents-python#3267 about file searches; for the others the types. Released clients leave
# out the ids of searches and of local shell calls (Codex CLI), and of reasoning that they send encrypted.
_NAMED_ITEMS: Final = (
    *("file_search_call", "code_interpreter_call", "image_generation_call", "computer_call", "mcp_list_tools"),
    *("mcp_call", "mcp_approval_request", "program", "program_output"),
)
# Fields that the wire requires and the contract does not, or that `OPTIONAL_IN_ITEMS` would let pass.
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "input:function_call_output": ("call_id",),  # as for the other outputs, which the contract requires it for
    **{f"input:{name}": ("id",) for name in _NAMED_ITEMS},
}
# Fields that the contract requires and the wire does not.
OPTIONAL: Final[dict[str, frozenset[str]]] = {
    "tools:function": frozenset({"parameters", "strict"}),  # K: a missing name is the first violation
    "input:image_generation_call": frozenset({"result"}),  # recorded: the service keeps the picture
    # the types have null for both, and SDKs can leave out what is null
    "input:code_interpreter_call": frozenset({"code", "outputs"}),
    "input:web_search_call": frozenset({"action"}),  # Codex CLI leaves it out when it is unknown
    "sources": frozenset({"url"}),  # as above
    "content:output_text": frozenset({"annotations"}),  # K: an assistant's part may be type and text
    "content:input_image": frozenset({"detail"}),  # recorded requests
    "output:input_image": frozenset({"detail"}),
}
# Clients that keep no ids or states drop them from items (Codex CLI does), except where `NEEDED` asks for them.
OPTIONAL_IN_ITEMS: Final = frozenset({"id", "status"})
ITEM_REFERENCE: Final = "item_reference"

# What a request has to say; `prompt` can say both of the first row (recorded by DataDog/dd-trace-py).
REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "responses.create": ("model", "input"),  # K
    "responses.compact": ("model",),  # SP
}
INSTEAD_OF_REQUIRED: Final = "prompt"

# K: the order in which wrong types are reported; keys that it lacks come after those it has. Where `conversation` and
# `items` stand is our choice.
BODY_ORDER: Final = (
    *("model", "input", "items", "previous_response_id", "prompt", "conversation", "moderation", "include", "tools"),
    *("tool_choice", "metadata", "text", "temperature", "top_p", "presence_penalty", "frequency_penalty"),
    *("parallel_tool_calls", "stream", "stream_options", "background", "background_options"),  # the last: our choice
    *("max_output_tokens", "max_tool_calls"),
    *("reasoning", "user", "safety_identifier", "prompt_cache_options", "prompt_cache_key", "prompt_cache_retention"),
    *("truncation", "instructions", "store", "service_tier", "top_logprobs", "context_management"),
    multi_agent.FIELD,  # its place is our choice
)

# Parameters of other APIs, and what they are called here. Source: `messages` K, the others issues.
MOVED_PARAMETERS: Final[dict[str, str]] = {
    "messages": "input",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "max_completion_tokens": "max_output_tokens",
}

ROLES: Final = ("assistant", "system", "developer", "user")  # K
# K: the item types of 2026-08. The contract has newer ones, which pass. Those without a row are never answered with.
INPUT_ITEM_TYPES: Final = tuple(
    sorted(
        {
            *ITEM_TYPES,
            *("compaction_trigger", "item_reference"),
        }
    )
)
# Keys that are read of items which the contract lacks, and so cannot check: a row may be newer than the SDK.
UNCHECKED_ITEM_KEYS: Final = ("id", "call_id", "name")
# How an entry of allowed tools names a tool, by its type; other types are names themselves. Source: the API reference.
ALLOWED_TOOL_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "function": ("name",),
    "custom": ("name",),
    "mcp": ("server_label",),
}
PART_TYPES: Final = (  # K: any part of a message
    *("input_text", "input_image", "input_audio", "output_text", "refusal", "input_file", "computer_screenshot"),
    *("summary_text", "encrypted_content"),
)
ROLE_PARTS: Final[dict[str, tuple[str, ...]]] = {  # K: the parts of one role's message
    "user": ("input_text", "input_image", "input_file", "scoped_content", "input_audio"),
    "assistant": ("output_text", "refusal"),
}

MAX_ID_LENGTH: Final = 64  # issue

METADATA_PAIRS: Final = 16  # K
METADATA_KEY_LENGTH: Final = 64  # K (chat)
METADATA_VALUE_LENGTH: Final = 512  # K
