"""Builders of output items: what a script says, as plain items of the wire.

An item leaves out its `id`, `status` and whatever else `spec.item_types` has a value for; finishing adds them and puts
the keys in order. Arguments given as a mapping become compact JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson

from mockserver.codec import dumps
from mockserver.errors import ScriptError
from mockserver.model.plan import Item

Arguments = Mapping[str, Any] | str | None


def _json(arguments: Arguments) -> str:
    return arguments if isinstance(arguments, str) else dumps(dict(arguments or {})).decode()


def _said(**values: Any) -> dict[str, Any]:
    """The values that are not None: the rest is left to finishing, or stays absent."""
    return {key: value for key, value in values.items() if value is not None}


def message(
    text_or_parts: str | Sequence[Mapping[str, Any]],
    *,
    phase: str | None = None,
    annotations: Sequence[Mapping[str, Any]] = (),
    logprobs: Sequence[Mapping[str, Any]] = (),
) -> Item:
    """A message of the assistant; `annotations` and `logprobs` belong to a text, parts carry their own."""
    if isinstance(text_or_parts, str):
        part = {"annotations": list(annotations), "logprobs": list(logprobs), "text": text_or_parts}
        return {"type": "message", "content": [{"type": "output_text", **part}], **_said(phase=phase)}
    return {"type": "message", "content": [dict(part) for part in text_or_parts], **_said(phase=phase)}


def refusal(text: str) -> Item:
    """A message in which the model declines."""
    return {"type": "message", "content": [{"type": "refusal", "refusal": text}]}


def reasoning(
    summary: str | Sequence[str] = (), *, content: Sequence[str] = (), encrypted_content: str | None = None
) -> Item:
    """A reasoning item; `summary` has a text for each summary part."""
    summaries = [summary] if isinstance(summary, str) else summary
    return {
        "type": "reasoning",
        "content": [{"type": "reasoning_text", "text": text} for text in content],
        "summary": [{"type": "summary_text", "text": text} for text in summaries],
        **_said(encrypted_content=encrypted_content),
    }


def json_message(value: Any) -> Item:
    """Structured output: a message whose text is compact JSON, of JSON values, a dataclass or a Pydantic model.

    Raises: ScriptError for a value that cannot be JSON.
    """
    try:
        return message(dumps(as_json(value)).decode())
    except TypeError as error:
        raise ScriptError(f"the value cannot be JSON: {error}.") from error


def as_json(value: Any) -> Any:
    """A value as JSON: what a Pydantic model or a dataclass holds, anything else as it is."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return asdict(value) if is_record(value) else value


def is_record(value: Any) -> bool:
    """Whether a value is an instance of a Pydantic model or a dataclass."""
    return hasattr(value, "model_dump") or (is_dataclass(value) and not isinstance(value, type))


def function_call(
    name: str,
    arguments: Arguments = None,
    /,
    *,
    call_id: str | None = None,
    namespace: str | None = None,
    **more_arguments: Any,
) -> Item:
    """A call of a function; arguments are a mapping, JSON text said verbatim, or keywords."""
    if more_arguments:
        given = orjson.loads(arguments) if isinstance(arguments, str) else arguments or {}
        arguments = {**given, **more_arguments}
    return call_of_function(name, arguments, call_id=call_id, namespace=namespace)


def call_of_function(
    name: str, arguments: Arguments = None, *, call_id: str | None = None, namespace: str | None = None
) -> Item:
    """A call of a function, as fixture files state it."""
    return {
        "type": "function_call",
        "name": name,
        "arguments": _json(arguments),
        **_said(call_id=call_id, namespace=namespace),
    }


def custom_tool_call(
    name: str,
    input: str,  # noqa: A002 - the wire's own word
    *,
    call_id: str | None = None,
    namespace: str | None = None,
) -> Item:
    """A call of a custom tool, whose input is free text."""
    stated = _said(call_id=call_id, namespace=namespace)
    return {"type": "custom_tool_call", "name": name, "input": input, **stated}


def web_search_call(query: str, *, sources: Sequence[str] = ()) -> Item:
    """A finished web search; `sources` are URLs, sent only where the request includes them."""
    action: dict[str, Any] = {"type": "search", "queries": [query], "query": query}
    if sources:
        action["sources"] = [{"type": "url", "url": url} for url in sources]
    return {"type": "web_search_call", "action": action}


def file_search_call(queries: Sequence[str], *, results: Sequence[Mapping[str, Any]] | None = None) -> Item:
    """A finished file search; `results` is null on the wire unless the request includes it."""
    found = None if results is None else [dict(result) for result in results]
    return {"type": "file_search_call", "queries": list(queries), "results": found}


def code_interpreter_call(
    code: str, *, container_id: str, outputs: Sequence[Mapping[str, Any]] | str | None = None
) -> Item:
    """Code that was run; `outputs` is the text of a log, a list of outputs, or null as on the wire."""
    if isinstance(outputs, str):
        outputs = [{"type": "logs", "logs": outputs}]
    printed = None if outputs is None else [dict(output) for output in outputs]
    return {"type": "code_interpreter_call", "code": code, "container_id": container_id, "outputs": printed}


def image_generation_call(
    result_b64: str,
    *,
    revised_prompt: str | None = None,
    action: str | None = None,
    background: str | None = None,
    output_format: str | None = None,
    quality: str | None = None,
    size: str | None = None,
) -> Item:
    """A finished image, in base64."""
    stated = _said(
        revised_prompt=revised_prompt,
        action=action,
        background=background,
        output_format=output_format,
        quality=quality,
        size=size,
    )
    return {"type": "image_generation_call", "result": result_b64, **stated}


def computer_call(
    action: Mapping[str, Any] | None = None,
    *,
    actions: Sequence[Mapping[str, Any]] | None = None,
    call_id: str | None = None,
    pending_safety_checks: Sequence[Mapping[str, Any]] = (),
) -> Item:
    """Actions for the client's computer: one `action` (computer_use_preview) or several `actions` (computer)."""
    return {
        "type": "computer_call",
        "pending_safety_checks": [dict(check) for check in pending_safety_checks],
        **_said(action=action and dict(action), actions=actions and [dict(one) for one in actions], call_id=call_id),
    }


def mcp_list_tools(server_label: str, tools: Sequence[Mapping[str, Any]]) -> Item:
    """The tools of an MCP server; each has `name`, and may have `description`, `input_schema`, `annotations`."""
    blank = {
        "annotations": {"read_only": False},
        "description": None,
        "input_schema": {"type": "object", "properties": {}},
    }
    listed = [{key: tool.get(key, blank.get(key)) for key in (*blank, "name")} for tool in tools]
    return {"type": "mcp_list_tools", "server_label": server_label, "tools": listed}


def mcp_call(
    server_label: str,
    name: str,
    arguments: Arguments = None,
    *,
    output: str | None = None,
    error: Mapping[str, Any] | str | None = None,
    approval_request_id: str | None = None,
) -> Item:
    """A call that the server made to an MCP server, with its output or its error.

    A text as `error` is what the tool said when it failed; other errors are given as the wire has them.
    """
    if isinstance(error, str):
        error = {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": error}]}
    return {
        "type": "mcp_call",
        "server_label": server_label,
        "name": name,
        "arguments": _json(arguments),
        **_said(output=output, error=error, approval_request_id=approval_request_id),
    }


def mcp_approval_request(server_label: str, name: str, arguments: Arguments = None) -> Item:
    """A question to the client: may this MCP tool be called?"""
    return {
        "type": "mcp_approval_request",
        "server_label": server_label,
        "name": name,
        "arguments": _json(arguments),
    }


def local_shell_call(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    working_directory: str | None = None,
    timeout_ms: int | None = None,
    user: str | None = None,
    call_id: str | None = None,
) -> Item:
    """A command for the client's shell, as its list of arguments."""
    options = _said(working_directory=working_directory, timeout_ms=timeout_ms, user=user)
    action = {"type": "exec", "command": list(command), "env": dict(env or {}), **options}
    return {"type": "local_shell_call", "action": action, **_said(call_id=call_id)}


def shell_call(
    commands: str | Sequence[str],
    *,
    environment: Mapping[str, Any] | None = None,
    max_output_length: int | None = None,
    timeout_ms: int | None = None,
    call_id: str | None = None,
) -> Item:
    """Commands for a shell: the client's, or with an `environment` that names it a container's."""
    lines = [commands] if isinstance(commands, str) else list(commands)
    action = {"commands": lines, "max_output_length": max_output_length, "timeout_ms": timeout_ms}
    return {"type": "shell_call", "action": action, **_said(call_id=call_id, environment=environment)}


def shell_call_output(
    call_id: str,
    stdout: str = "",
    *,
    stderr: str = "",
    exit_code: int = 0,
    max_output_length: int | None = None,
) -> Item:
    """What a container's shell printed."""
    entry = {"outcome": {"type": "exit", "exit_code": exit_code}, "stderr": stderr, "stdout": stdout}
    return {
        "type": "shell_call_output",
        "call_id": call_id,
        "max_output_length": max_output_length,
        "output": [entry],
    }


def apply_patch_call(operation: Mapping[str, Any], *, call_id: str | None = None) -> Item:
    """A change to one of the client's files: `type`, `path`, and a `diff` unless the file is deleted."""
    return {"type": "apply_patch_call", "operation": dict(operation), **_said(call_id=call_id)}


def tool_search_call(arguments: Any = None, *, execution: str = "server", call_id: str | None = None) -> Item:
    """A search for deferred tools; with execution `client` the client answers it."""
    return {
        "type": "tool_search_call",
        "arguments": {} if arguments is None else arguments,
        "execution": execution,
        **_said(call_id=call_id),
    }


def tool_search_output(
    tools: Sequence[Mapping[str, Any]], *, execution: str = "server", call_id: str | None = None
) -> Item:
    """The tools that a search has loaded."""
    return {
        "type": "tool_search_output",
        "execution": execution,
        "tools": [dict(tool) for tool in tools],
        **_said(call_id=call_id),
    }


def compaction(encrypted_content: str | None = None) -> Item:
    """The earlier conversation, compacted; without a content it gets one that this server verifies."""
    return {"type": "compaction", **_said(encrypted_content=encrypted_content)}


def program(code: str, *, fingerprint: str, call_id: str | None = None) -> Item:
    """A program that calls tools; `fingerprint` is opaque."""
    return {"type": "program", "code": code, "fingerprint": fingerprint, **_said(call_id=call_id)}


def program_output(call_id: str, result: str) -> Item:
    """What a program has returned."""
    return {"type": "program_output", "call_id": call_id, "result": result}


def url_citation(url: str, *, title: str, start_index: int, end_index: int) -> dict[str, Any]:
    """An annotation: the text from `start_index` up to `end_index` comes from a page."""
    return {"type": "url_citation", "end_index": end_index, "start_index": start_index, "title": title, "url": url}


def file_citation(file_id: str, *, filename: str, index: int) -> dict[str, Any]:
    """An annotation: what stands before `index` comes from a file."""
    return {"type": "file_citation", "file_id": file_id, "filename": filename, "index": index}


def container_file_citation(
    file_id: str, *, container_id: str, filename: str, start_index: int, end_index: int
) -> dict[str, Any]:
    """An annotation: the text from `start_index` up to `end_index` names a file of a container."""
    return {
        "type": "container_file_citation",
        "container_id": container_id,
        "end_index": end_index,
        "file_id": file_id,
        "filename": filename,
        "start_index": start_index,
    }
