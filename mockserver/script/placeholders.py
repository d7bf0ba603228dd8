"""`${…}` in the replies of fixture files: text taken from the request. `$${` stands for `${`."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from mockserver.authoring.diagnostics import collect, one_of, problem
from mockserver.authoring.json_path import ABSENT, parse_path, value_at
from mockserver.codec import compact
from mockserver.errors import ScriptError
from mockserver.model.request import CreateRequest
from mockserver.script.request_values import tool_outputs

Source: TypeAlias = Callable[[CreateRequest, str], Any]

_MARK = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")


def _tool_output(request: CreateRequest, name: str) -> Any:
    """The newest output, of the call with this name or id."""
    texts = [output.text for output in tool_outputs(request) if not name or name in output.names]
    return texts[-1] if texts else ABSENT


# What a placeholder may name: alone, or followed by a dot and more.
PLAIN: Mapping[str, Source] = {
    "input": lambda request, _: request.user_text or ABSENT,
    "model": lambda request, _: request.model or ABSENT,
    "tool_output": _tool_output,
}
DOTTED: Mapping[str, Source] = {
    "body": lambda request, path: value_at(request.body, parse_path(path)),
    "header": lambda request, name: request.headers.get(name.lower(), ABSENT),
    "tool_output": _tool_output,
}


def has_placeholders(value: Any) -> bool:
    """Whether there is anything to fill in.

    Raises: ProblemError for placeholders that no request could fill.
    """
    if isinstance(value, Mapping):
        return any(collect((str(key), partial(has_placeholders, one)) for key, one in value.items()))
    if isinstance(value, list):
        return any(collect((n, partial(has_placeholders, one)) for n, one in enumerate(value)))
    if not isinstance(value, str) or "${" not in value:
        return False
    for mark in _MARK.finditer(value):
        _checked(mark)
    return True


def filled(value: Any, request: CreateRequest) -> Any:
    """The value with every placeholder replaced; what is no text in the request comes as compact JSON.

    Raises: ScriptError where the request lacks what a placeholder names.
    """
    if isinstance(value, Mapping):
        return {key: filled(one, request) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, request) for one in value]
    return _MARK.sub(partial(_text, request), value) if isinstance(value, str) else value


def _checked(mark: re.Match[str]) -> None:
    name, end = mark.groups()
    if name is None:
        return
    if not end:
        raise problem(f"'{mark[0]}' has no end; expected '}}'. Write '$${{' for the characters '${{'.")
    first, _, rest = name.partition(".")
    one_of(first, {*PLAIN, *DOTTED}, what="placeholder")
    if rest and first not in DOTTED:
        raise problem(f"'{mark[0]}' goes too deep; expected '${{{first}}}'.")
    if not rest and first not in PLAIN:
        raise problem(f"'{mark[0]}' names nothing; expected '${{{first}.…}}'.")
    if first == "body":
        parse_path(rest)


def _text(request: CreateRequest, mark: re.Match[str]) -> str:
    name = mark[1]
    if name is None:
        return "${"
    first, _, rest = name.partition(".")
    value = (DOTTED if rest else PLAIN)[first](request, rest)
    if value is ABSENT:
        raise ScriptError(f"The reply asks for {mark[0]}, which the request does not have.")
    return value if isinstance(value, str) else compact(value).decode("utf-8", "replace")
