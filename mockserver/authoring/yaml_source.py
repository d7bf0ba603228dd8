"""YAML and JSON with the line of every key and value.

What a file says is JSON, also where it is written as YAML: only `true` and `false` are booleans (`no` and `on` are
text), and a date is text. What makes a file say something else than its author reads in it is a fault: a key given
twice, anchors and merge keys, tags, tabs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mockserver.authoring.diagnostics import Keys

if TYPE_CHECKING:
    import yaml

_TAG = "tag:yaml.org,2002:"
# How plain text is understood: the JSON schema of YAML 1.2. Source: https://yaml.org/spec/1.2.2/#102-json-schema
_PLAIN: Final[Mapping[str, tuple[str, str]]] = {  # tag: its pattern, the characters that it may start with
    "bool": ("true|false", "tf"),
    "int": ("-?(?:0|[1-9][0-9]*)", "-0123456789"),
    "float": (r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", "-0123456789."),
    "null": ("~|null|", "~n"),
}
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that keeps a text from being read as its author means it; lines are counted from 1."""

    line: int
    key: str
    message: str


@dataclass(slots=True, kw_only=True)
class Located:
    """What a text says, and where; `value` is None where it cannot be read."""

    value: Any = None
    lines: dict[Keys, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)

    def line(self, keys: Keys) -> int:
        """The line of the innermost of these keys that the text has."""
        return next((self.lines[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in self.lines), 1)


def read_json(text: str) -> Located:
    """JSON, with its lines: once it is known to be JSON, it is read as the YAML that it is."""
    import json  # noqa: PLC0415 - its errors have lines

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Located(flaws=[Flaw(line=error.lineno, key="", message=f"invalid JSON: {error.msg}.")])
    return read_yaml(_ESCAPE.sub(_unescaped, text.replace("\t", " ")))


def read_yaml(text: str) -> Located:
    """YAML, with its lines."""
    import yaml  # noqa: PLC0415 - heavy

    located = Located()
    try:
        _refuse_anchors(text, located)
        node = _loader()(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        located.flaws.append(Flaw(line=mark.line + 1 if mark else 1, key="", message=f"invalid YAML: {_why(error)}."))
    except yaml.YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        located.flaws.append(Flaw(line=line, key="", message=f"invalid YAML: {str(error).splitlines()[0]}."))
    else:
        located.value = None if node is None else _Reader(located).value(node, ())
    return located


def _why(error: "yaml.MarkedYAMLError") -> str:
    if "cannot start any token" in (error.problem or ""):
        return f"{error.problem}; indent with spaces, no tabs, and quote text that starts with a special character"
    return ", ".join(part for part in (error.problem, error.context) if part)


def _unescaped(escape: re.Match[str]) -> str:
    """Escapes that JSON has and YAML lacks: surrogate pairs and the escaped slash."""
    import json  # noqa: PLC0415

    found = escape[0]
    return "/" if found == "\\/" else json.loads(f'"{found}"') if len(found) > len("\\u0000") else found


@cache
def _loader() -> Any:
    """A loader that understands plain text as JSON does."""
    import yaml  # noqa: PLC0415

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (base,), {"yaml_implicit_resolvers": {}})
    for tag, (pattern, first) in _PLAIN.items():
        loader.add_implicit_resolver(
            _TAG + tag, re.compile(f"(?:{pattern})$"), [*first, *([""] if tag == "null" else [])]
        )
    return loader


def _refuse_anchors(text: str, located: Located) -> None:
    import yaml  # noqa: PLC0415

    events: Iterable[Any] = yaml.parse(text, Loader=_loader())
    for event in events:
        anchor = getattr(event, "anchor", None)
        if anchor:
            message = f"anchors and aliases are not allowed, got '{anchor}'; write the value out."
            located.flaws.append(Flaw(line=event.start_mark.line + 1, key="", message=message))


class _Reader:
    """Turns nodes into values and notes the line of each."""

    def __init__(self, located: Located) -> None:
        self._located = located

    def value(self, node: Any, keys: Keys) -> Any:
        """What a node says."""
        line = node.start_mark.line + 1
        self._located.lines.setdefault(keys, line)
        tag = node.tag.removeprefix(_TAG)
        if tag not in {*_SCALARS, "map", "seq"}:
            key = str(keys[-1]) if keys else ""
            self._flaw(line, key, f"tags are not allowed, got '{node.tag}'; write plain values.")
        if node.id == "scalar":
            return _SCALARS.get(tag, str)(node.value)
        return self._mapping(node, keys) if node.id == "mapping" else self._sequence(node, keys)

    def _sequence(self, node: Any, keys: Keys) -> list[Any]:
        return [self.value(one, (*keys, n)) for n, one in enumerate(node.value)]

    def _mapping(self, node: Any, keys: Keys) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, key = key_node.start_mark.line + 1, key_node.value
            if not isinstance(key, str):
                self._flaw(line, "", "a key is a list or a mapping; expected text.")
                continue
            if key == "<<":
                self._flaw(line, key, "merge keys are not allowed; write the keys out.")
                continue
            if key in made:
                first = self._located.lines[(*keys, key)]
                self._flaw(line, key, f"given twice, first in line {first}; keep one.")
            self._located.lines[(*keys, key)] = line
            made[key] = self.value(value_node, (*keys, key))
        return made

    def _flaw(self, line: int, key: str, message: str) -> None:
        self._located.flaws.append(Flaw(line=line, key=key, message=message))


_SCALARS: Mapping[str, Any] = {
    "str": str,
    "bool": lambda text: text == "true",
    "int": int,
    "float": float,
    "null": lambda _: None,
}
