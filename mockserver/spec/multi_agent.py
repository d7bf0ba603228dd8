"""What is known of multi-agent requests, which are a beta: who may send them, what they show, what is injected.

Sources: PY = the types of openai 3.57.0 (`types/beta/`); MAG = OpenAI's guide to multi-agent, autumn 2026; AZG = that
of Azure; live = cequence-io/openai-scala-client, seen on api.openai.com in 2026-09; our choice = no source.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockserver.codec import Schema
from mockserver.spec.error_row import ApiErrorRow

FIELD: Final = "multi_agent"
FIELD_SCHEMA: Final[Schema] = {  # PY
    "anyOf": [
        {
            "type": "object",
            "properties": {"enabled": {"type": "boolean"}, "max_concurrent_subagents": {"type": "integer"}},
            "required": ["enabled"],
        },
        {"type": "null"},
    ]
}
BETA: Final = "responses_multi_agent=v1"
"""What the header `openai-beta` has to name. Source: PY, MAG."""
BETA_QUERY: Final = frozenset({("beta", "true"), ("api-version", "preview")})
"""Parameters that stand for the header: that of the SDK's beta client (PY), that of Azure (AZG)."""

ROOT: Final = "/root"
"""The name of the agent that a client talks to. Source: MAG."""
AGENT: Final = "agent"
"""The key of items and events that names their agent."""
AGENT_SCHEMA: Final[Schema] = {  # PY
    "anyOf": [
        {"type": "object", "properties": {"agent_name": {"type": "string"}}, "required": ["agent_name"]},
        {"type": "null"},
    ]
}
FINAL_ANSWER: Final = "final_answer"
"""The phase of the message with which the root answers; clients drop others. Source: MAG, openai-agents 0.24.0."""

UNSUPPORTED: Final = (("reasoning", "summary"), ("max_tool_calls",))
"""Fields that do not go with several agents. Source: MAG, AZG; the first one's status is live."""

INJECT: Final = "response.inject"
INJECT_CREATED: Final = "response.inject.created"
INJECT_FAILED: Final = "response.inject.failed"
INJECT_ERRORS: Final[Mapping[str, ApiErrorRow]] = {  # codes: PY
    row.code or "": row
    for row in (
        ApiErrorRow(
            text="Response '{id}' has already completed.",  # MAG
            when="The response has ended.",
            code="response_already_completed",
        ),
        ApiErrorRow(  # the sentence is our choice
            text="Response '{id}' was not found on this connection.",
            when="No response with this id was created on the connection.",
            code="response_not_found",
        ),
    )
}


def wants_agents(body: Mapping[str, Any]) -> bool:
    """Whether a request allows its model to create subagents."""
    given = body.get(FIELD)
    return isinstance(given, dict) and given.get("enabled") is True


def has_beta(headers: Mapping[str, str], query: Iterable[tuple[str, str]]) -> bool:
    """Whether a head asks for the beta."""
    named = (beta.strip() for beta in headers.get("openai-beta", "").split(","))
    return BETA in named or not BETA_QUERY.isdisjoint(query)
