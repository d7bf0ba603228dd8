"""Matchers: what a value has to be, with the words that say so.

A matcher tests one value. For `SeveralValues` (every user message, `tools[*].name`) an atom is met when one of them
meets it, so `not_(contains("x"))` is met when none contains x.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, Final, TypeAlias

import orjson

from mockserver.authoring.diagnostics import collect, describe, non_empty_list, one_of, problem, read_list
from mockserver.authoring.difference import shown
from mockserver.authoring.json_path import ABSENT, SeveralValues
from mockserver.authoring.takes import ANYTHING, FLAG, NOTHING, TEXT, Written, a_list, by_name, mapping, takes
from mockserver.codec import dumps
from mockserver.script.regex_search import found_in

Test: TypeAlias = Callable[[Any], bool]
MakeMatcher: TypeAlias = Callable[[Any], "Matcher"]

LONGEST_PATTERN: Final = 10_000
"""Characters of an expression or a glob: compiling one takes some 50 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """A test with the words for it: `text containing 'weather'`."""

    wanted: str
    matches: Test
    why: Callable[[Any], str] | None = None
    """What is wrong with a value that does not match, where that says more than the value."""
    deterministic: bool = False
    """Whether equal values always get the same answer from it: not known of a test author's own function."""

    def __str__(self) -> str:
        return self.wanted


def _atom(wanted: str, test: Test, *, deterministic: bool = True) -> Matcher:
    def matches(value: Any) -> bool:
        if isinstance(value, SeveralValues):
            return any(test(one) for one in value)
        return value is not ABSENT and test(value)

    return Matcher(wanted=wanted, matches=matches, deterministic=deterministic)


def _text(value: Any) -> str:
    """What text matchers look at: text itself, anything else as compact JSON."""
    return value if isinstance(value, str) else dumps(value).decode("utf-8", "replace")


@takes(TEXT)
def contains(text: str) -> Matcher:
    """Text that has `text` in it, in upper or lower case."""
    needle = _string(text).casefold()
    return _atom(f"text containing {text!r}", lambda value: needle in _text(value).casefold())


@takes(ANYTHING)
def exact(value: Any) -> Matcher:
    """The very same text, number, list or object."""
    return _atom(f"exactly {value!r}", lambda found: _same(found, value))


def _pattern(text: Any) -> str:
    """A pattern, short enough to be compiled while others wait."""
    if len(_string(text)) > LONGEST_PATTERN:
        raise problem(f"expected a pattern of at most {LONGEST_PATTERN:,} characters, got {len(text):,}.")
    return _string(text)


@takes(TEXT)
def regex(pattern: str | re.Pattern[str]) -> Matcher:
    """Text in which the regular expression is found, anywhere unless it is anchored."""
    try:
        compiled = pattern if isinstance(pattern, re.Pattern) else re.compile(_pattern(pattern))
    except re.error as error:
        raise problem(f"{pattern!r} is not a valid regular expression: {error}.") from error
    return _atom(f"text matching /{compiled.pattern}/", lambda value: found_in(compiled, _text(value)))


@takes(TEXT)
def glob(pattern: str) -> Matcher:
    """The whole text, with `*`, `?` and `[abc]` as wildcards; upper and lower case differ."""
    found = re.compile(fnmatch.translate(_pattern(pattern))).match
    return _atom(repr(pattern), lambda value: found(_text(value)) is not None)


@takes({"type": ["object", "boolean"]})
def json_schema(schema: Mapping[str, Any] | bool) -> Matcher:  # noqa: FBT001 - true and false are JSON Schemas
    """A value that the JSON Schema allows; text that is not allowed as such is read as JSON."""
    from jsonschema import SchemaError  # noqa: PLC0415 - heavy

    from mockserver.script.bounded_schema import BoundedSchema  # noqa: PLC0415 - as above

    if not isinstance(schema, Mapping | bool):
        raise problem(f"expected a JSON Schema: a mapping, true or false, got {describe(schema)}.")
    if isinstance(schema, Mapping) and not isinstance(schema.get("$schema", ""), str):
        raise problem(f"expected a URI, got {describe(schema['$schema'])}.", "$schema")
    rules: Any = dict(schema) if isinstance(schema, Mapping) else schema
    try:
        bounded = BoundedSchema(rules)
    except SchemaError as error:
        raise problem(f"not a valid JSON Schema: {error.message}.") from error

    def allows(value: Any) -> bool:
        return bounded.allows(value) or (isinstance(value, str) and bounded.allows(_as_json(value)))

    atom = _atom(f"JSON that fits the schema {shown(rules)}", allows)
    return replace(atom, why=bounded.why_not)


@takes(NOTHING)
def predicate(test: Test) -> Matcher:
    """Whatever the function returns true for."""
    if not callable(test):
        raise problem(f"expected a function, got {describe(test)}; predicates can be written in Python only.")
    name = getattr(test, "__qualname__", test)
    if iscoroutinefunction(test):
        raise problem(f"the predicate {name} is async, so what it returns is always true; expected a plain function.")
    return _atom(f"what {name} accepts", lambda value: bool(test(value)), deterministic=False)


@takes(FLAG)
def present(wanted: bool = True) -> Matcher:  # noqa: FBT001, FBT002 - reads as `present(False)`
    """Any value at all; with false, none."""
    if not isinstance(wanted, bool):
        raise problem(f"expected true or false, got {describe(wanted)}.")

    def matches(value: Any) -> bool:
        absent = value is ABSENT or (isinstance(value, SeveralValues) and not value)
        return absent is not wanted

    return Matcher(wanted="any value" if wanted else "nothing", matches=matches, deterministic=True)


def all_of(*wanted: Any) -> Matcher:
    """What meets every one of these."""
    return _joined(" and ", all, wanted)


def any_of(*wanted: Any) -> Matcher:
    """What meets one of these."""
    return _joined(" or ", any, wanted)


def _joined(word: str, quantifier: Callable[[Iterable[bool]], bool], wanted: tuple[Any, ...]) -> Matcher:
    parts = _several(wanted)
    return Matcher(
        wanted=word.join(map(str, parts)),
        matches=lambda value: quantifier(part.matches(value) for part in parts),
        deterministic=all(part.deterministic for part in parts),
    )


def not_(wanted: Any) -> Matcher:
    """What does not meet this."""
    part = text_matcher(wanted)
    return Matcher(
        wanted=f"not {part}", matches=lambda value: not part.matches(value), deterministic=part.deterministic
    )


# How matchers are written in YAML and JSON: `{contains: weather}`, `{any: [a, b]}`.
ATOMS: Mapping[str, MakeMatcher] = {
    "contains": contains,
    "exact": exact,
    "regex": regex,
    "glob": glob,
    "schema": json_schema,
    "present": present,
}
COMBINED = ("all", "any", "not")


def matcher(wanted: Any, *, plain: MakeMatcher) -> Matcher:
    """A matcher as scripts write it: one made in Python, true, false or null, `{atom: …}`, or a value read by `plain`.

    True means that there is a value, false and null that there is none.

    Raises: ProblemError.
    """
    if isinstance(wanted, Matcher):
        return wanted
    if wanted is None or isinstance(wanted, bool):
        return present(bool(wanted))
    if isinstance(wanted, re.Pattern):
        return regex(wanted)
    if isinstance(wanted, Mapping):
        return _written(wanted, plain)
    return predicate(wanted) if callable(wanted) else plain(wanted)


@takes(lambda: _accepted(contains, by_name("text_matcher")), name="text_matcher")
def text_matcher(wanted: Any) -> Matcher:
    """A matcher where plain text means `contains`."""
    return matcher(wanted, plain=contains)


@takes(lambda: _accepted(glob, by_name("name_matcher")), name="name_matcher")
def name_matcher(wanted: Any) -> Matcher:
    """A matcher where plain text means `glob`: models, ids, names of tools."""
    return matcher(wanted, plain=_name)


@takes(lambda: glob)
def _name(pattern: str) -> Matcher:
    if not pattern:
        raise problem("expected a name or a pattern of names, got an empty string; no request has an empty name.")
    return glob(pattern)


@takes(lambda: _accepted(exact, by_name("value_matcher")), name="value_matcher")
def value_matcher(wanted: Any) -> Matcher:
    """A matcher where anything plain means `exact`: metadata, headers."""
    return matcher(wanted, plain=exact)


@takes(lambda: value_matcher)
def json_matcher(wanted: Any) -> Matcher:
    """A matcher where anything plain means `exact`, true, false and null too: values at paths in JSON."""
    return exact(wanted) if wanted is None or isinstance(wanted, bool) else value_matcher(wanted)


def _accepted(plain: MakeMatcher, own: Written) -> Mapping[str, Any]:
    """The schema of a matcher: a plain value, a flag, or a mapping of atoms and of what combines matchers like it."""
    written = plain if plain is not exact else {"not": {"type": "object"}}
    return {"anyOf": [written, {"type": ["boolean", "null"]}, mapping(keys_of(own), minProperties=1)]}


def keys_of(own: Written) -> Mapping[str, Written]:
    """What a matcher's mapping may have, each with what it takes; `own` reads the matchers that are combined."""
    return {**ATOMS, "not": own, "all": a_list(own, least=1), "any": a_list(own, least=1)}


def _written(wanted: Mapping[str, Any], plain: MakeMatcher) -> Matcher:
    if not wanted:
        raise problem(f"expected a matcher, got an empty mapping. Allowed: {', '.join(sorted((*ATOMS, *COMBINED)))}.")
    parts = collect((name, partial(_named, name, value, plain)) for name, value in wanted.items())
    return parts[0] if len(parts) == 1 else all_of(*parts)


def _named(name: str, value: Any, plain: MakeMatcher) -> Matcher:
    one_of(name, (*ATOMS, *COMBINED), what="matcher")
    if name in ATOMS:
        return ATOMS[name](value)
    if name == "not":
        return not_(matcher(value, plain=plain))
    parts = read_list(non_empty_list(value, "a list of matchers"), partial(matcher, plain=plain))
    return all_of(*parts) if name == "all" else any_of(*parts)


def _several(wanted: tuple[Any, ...]) -> list[Matcher]:
    if not wanted:
        raise problem("expected at least one matcher, got none.")
    return [text_matcher(one) for one in wanted]


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise problem(f"expected a string, got {describe(value)}.")
    return value


def _same(found: Any, wanted: Any) -> bool:
    """Equality as JSON has it: true is not 1."""
    return bool(found == wanted) and isinstance(found, bool) is isinstance(wanted, bool)


def _as_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


__all__ = [  # what scripts in Python import
    "Matcher",
    "all_of",
    "any_of",
    "contains",
    "exact",
    "glob",
    "json_schema",
    "not_",
    "predicate",
    "present",
    "regex",
]
