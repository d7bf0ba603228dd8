"""The keywords of scripts, so that editors complete them and type checkers refuse what does not exist.

Each is read by a table (`WHEN`, `OPTIONS`, the signature of `Fault`); a test holds these against them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict

from mockserver.model.plan import Pace
from mockserver.model.request import CreateRequest
from mockserver.script.matchers import Matcher

TextCondition = str | Matcher | Mapping[str, Any] | Callable[[Any], Any]
"""A plain value, a matcher, a matcher as fixture files write it, or a function that returns true or false."""
Names = TextCondition | Sequence[TextCondition]


class WhenKeywords(TypedDict, total=False):
    """What a rule may ask of a request."""

    input: TextCondition
    message: TextCondition
    instructions: TextCondition
    model: TextCondition
    tools: Names
    tool_output: Names
    previous_response_id: TextCondition
    conversation: TextCondition
    metadata: Mapping[str, Any]
    stream: bool
    background: bool
    transport: Literal["http", "websocket"]
    lane: TextCondition
    warm_up: bool
    headers: Mapping[str, Any]
    json: Mapping[str, Any]
    schema: Mapping[str, Any]
    method: TextCondition
    path: TextCondition
    operation: TextCondition
    predicate: Callable[[CreateRequest], Any]
    all: Sequence[Mapping[str, Any]]
    any: Sequence[Mapping[str, Any]]
    not_: Mapping[str, Any]


class FaultKeywords(TypedDict, total=False):
    """What a fault may state; see `Fault`."""

    status: int | None
    error: str | None
    type: str | None
    code: str | None
    message: str | None
    param: str | None
    retry_after: float | None
    headers: Mapping[str, str] | None
    error_after: int | None
    fail_after: int | None
    cut_after: int | None
    stall_after: int | None
    half_event: int | None
    garbage_after: int | None
    close_code: int | None
    content_length: int | None
    slow_body: float | None


class PaceKeywords(TypedDict, total=False):
    """What a pace may state; see `Pace`."""

    first: float
    rate: float | None
    jitter: float


class ResponseKeywords(TypedDict, total=False):
    """Fields of the response that a reply may state."""

    id: str
    object: str
    created_at: int
    access_programs: Mapping[str, Any] | None
    background: bool
    completed_at: int | None
    conversation: Mapping[str, Any] | None
    frequency_penalty: float
    image: Mapping[str, Any] | None
    incomplete_details: Mapping[str, Any] | None
    instructions: Any
    max_output_tokens: int | None
    max_tool_calls: int | None
    model: str
    moderation: Any
    output: Sequence[Any]
    parallel_tool_calls: bool
    presence_penalty: float
    previous_response_id: str | None
    prompt: Mapping[str, Any] | None
    prompt_cache_key: str | None
    prompt_cache_options: Mapping[str, Any] | None
    prompt_cache_retention: str | None
    reasoning: Mapping[str, Any]
    safety_identifier: str | None
    service_tier: str
    store: bool
    temperature: float
    text: Any
    tool_choice: Any
    tool_usage: Mapping[str, Any]
    tools: Sequence[Any]
    top_logprobs: int
    top_p: float
    truncation: str
    user: str | None
    metadata: Mapping[str, str]


class ReplyKeywords(ResponseKeywords, total=False):
    """What a reply may state beside its parts."""

    status: Literal["completed", "incomplete", "failed"] | int
    incomplete_reason: str | None
    error: Mapping[str, Any] | None
    usage: Mapping[str, int] | None
    pace: Pace | Mapping[str, float]
    response: Mapping[str, Any]
    json: Any
    fill: Mapping[str, Any]
    body: bytes
    headers: Mapping[str, str]
