"""Prompts as scripts write them: in Python and in fixture files, by one table."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from mockserver.authoring.diagnostics import (
    Reader,
    as_list,
    as_mapping,
    as_text,
    describe,
    one_of,
    problem,
    read_list,
    read_mapping,
)
from mockserver.authoring.takes import TEXT, a_list, mapping, takes
from mockserver.errors import ApiError
from mockserver.model.prompt import Prompt
from mockserver.spec.checks.body import check_schema

ROLES: Final = ("developer", "system", "user", "assistant")
SETTINGS: Final = (
    *("max_output_tokens", "parallel_tool_calls", "reasoning", "temperature", "text", "tool_choice", "tools"),
    *("top_logprobs", "top_p"),
)
"""Parameters that a prompt may set. Source: `reasoning` is recorded by openai-dotnet; the others are our choice."""
FIRST_VERSION: Final = "1"


@takes(lambda: mapping(PROMPT, required=[*REQUIRED]))
def read_prompt(written: Any) -> Prompt:
    """The prompt that a mapping describes. Raises: ProblemError, all problems at once."""
    read = read_mapping(as_mapping(written, "a mapping of id, model and messages"), PROMPT)
    lacking = [key for key in REQUIRED if key not in read]
    if lacking:
        raise problem(f"a prompt lacks {' and '.join(repr(key) for key in lacking)}.")
    fields = {"model": read["model"], **read.get("settings", {})}
    _check_fields(fields)
    version = read.get("version", FIRST_VERSION)
    return Prompt(id=read["id"], version=version, messages=read.get("messages", ()), fields=fields)


def _check_fields(fields: Mapping[str, Any]) -> None:
    try:
        check_schema("responses.create", {**fields, "input": "x"})
    except ApiError as error:
        raise problem(error.message, "settings") from error


@takes(lambda: mapping(MESSAGE, required=[*MESSAGE]))
def _read_message(written: Any) -> tuple[str, str]:
    read = read_mapping(as_mapping(written, "a message: a mapping of role and content"), MESSAGE)
    lacking = [key for key in MESSAGE if key not in read]
    if lacking:
        raise problem(f"a message lacks {' and '.join(repr(key) for key in lacking)}.")
    return read["role"], read["content"]


@takes({"anyOf": [TEXT, a_list(_read_message)]})
def _read_messages(written: Any) -> Sequence[tuple[str, str]]:
    if isinstance(written, str):
        return [("developer", written)]
    return read_list(as_list(written, "a text, or a list of messages with role and content"), _read_message)


@takes(TEXT)
def _read_content(written: Any) -> str:
    if not isinstance(written, str):
        raise problem(f"expected a string, got {describe(written)}.")
    return written


@takes(mapping(dict.fromkeys(SETTINGS, True)))
def _read_settings(written: Any) -> Mapping[str, Any]:
    settings = as_mapping(written, "a mapping of parameters")
    return {one_of(key, SETTINGS, what="parameter"): value for key, value in settings.items()}


MESSAGE: Final[Mapping[str, Reader]] = {
    "role": partial(one_of, allowed=ROLES, what="role"),
    "content": _read_content,
}
REQUIRED: Final[tuple[str, ...]] = ("id", "model")
PROMPT: Final[Mapping[str, Reader]] = {
    "id": as_text,
    "version": as_text,
    "model": as_text,
    "messages": _read_messages,
    "settings": _read_settings,
}
