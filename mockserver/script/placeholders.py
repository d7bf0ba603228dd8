"""`${…}` in the replies of fixture files: text taken from the request, or made up for it. `$${` stands for `${`.

A text is read once, into what stands between its placeholders and what each of them reads of a request.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from mockserver.authoring.diagnostics import one_of, problem, read_list, read_values
from mockserver.authoring.json_path import ABSENT, parse_path, value_at
from mockserver.codec import dumps
from mockserver.errors import ScriptError
from mockserver.model.request import CreateRequest
from mockserver.script.fakes import read_fake
from mockserver.script.request_values import ReadRequest, tool_outputs

_MARK = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")


class Placeholder(NamedTuple):
    """One placeholder as it is written, and what it reads of a request."""

    mark: str
    read: ReadRequest


class FillableText(str):
    """Text with placeholders; as a string it is what was written."""

    __slots__ = ("parts",)
    parts: Sequence[str | Placeholder]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillableObject:
    """An item, or another object, that is made anew for each request: its maker, and arguments with placeholders."""

    make: Callable[..., Any]
    arguments: Mapping[str, Any]

    def fill(self, request: CreateRequest) -> Any:
        """The object for a request. Raises: ScriptError where the request lacks what a placeholder names."""
        return self.make(**fill(self.arguments, request))


def _tool_output(request: CreateRequest, name: str = "") -> Any:
    """The newest output, of the call with this name or id."""
    texts = [output.text for output in tool_outputs(request) if not name or name in output.names]
    return texts[-1] if texts else ABSENT


def _body(rest: str) -> ReadRequest:
    path = parse_path(rest)
    return lambda request: value_at(request.body, path)


def _header(rest: str) -> ReadRequest:
    name = rest.lower()
    return lambda request: request.headers.get(name, ABSENT)


# What a placeholder may name: alone, or followed by a dot and more.
PLAIN: Mapping[str, ReadRequest] = {
    "input": lambda request: request.user_text or ABSENT,
    "model": lambda request: request.model or ABSENT,
    "tool_output": _tool_output,
}
DOTTED: Mapping[str, Callable[[str], ReadRequest]] = {
    "body": _body,
    "faker": read_fake,
    "header": _header,
    "tool_output": lambda name: partial(_tool_output, name=name),
}


def read_placeholders(written: Any) -> Any:
    """The value with each text that has placeholders as a `FillableText`; itself where there are none.

    Raises: ProblemError for placeholders that no request could fill.
    """
    if isinstance(written, str):
        return _text(written) if "${" in written else written
    if isinstance(written, Mapping):
        members = read_values(written, read_placeholders)
        return written if all(members[key] is value for key, value in written.items()) else members
    if isinstance(written, list):
        values = read_list(written, read_placeholders)
        return written if all(new is old for new, old in zip(values, written, strict=True)) else values
    return written


def fill(value: Any, request: CreateRequest) -> Any:
    """The value with every placeholder replaced; what is not text in the request comes as compact JSON.

    Raises: ScriptError where the request lacks what a placeholder names.
    """
    if isinstance(value, FillableText):
        return "".join(part if isinstance(part, str) else _filled(part, request) for part in value.parts)
    if isinstance(value, Mapping):
        return {key: fill(one, request) for key, one in value.items()}
    return [fill(one, request) for one in value] if isinstance(value, list) else value


def _text(written: str) -> FillableText:
    text = FillableText(written)
    text.parts = tuple(_parts(written))
    return text


def _parts(written: str) -> Iterator[str | Placeholder]:
    start = 0
    for mark in _MARK.finditer(written):
        yield written[start : mark.start()]
        yield "${" if mark[1] is None else _placeholder(mark)
        start = mark.end()
    yield written[start:]


def _placeholder(mark: re.Match[str]) -> Placeholder:
    name, end = mark.groups()
    if not end:
        raise problem(f"'{mark[0]}' has no end; expected '}}'. Write '$${{' for the characters '${{'.")
    first, _, rest = name.partition(".")
    one_of(first, {*PLAIN, *DOTTED}, what="placeholder")
    if rest and first not in DOTTED:
        raise problem(f"'{mark[0]}' goes too deep; expected '${{{first}}}'.")
    if not rest and first not in PLAIN:
        raise problem(f"'{mark[0]}' names nothing; expected '${{{first}.…}}'.")
    return Placeholder(mark[0], DOTTED[first](rest) if rest else PLAIN[first])


def _filled(placeholder: Placeholder, request: CreateRequest) -> str:
    value = placeholder.read(request)
    if value is ABSENT:
        raise ScriptError(f"The reply asks for {placeholder.mark}, which the request does not have.")
    return value if isinstance(value, str) else dumps(value).decode("utf-8", "replace")
