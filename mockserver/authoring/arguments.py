"""Whether values that people wrote have the types that a function or a dataclass asks for."""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from mockserver.authoring.diagnostics import TYPE_NAMES, collect, describe, one_of, problem

# The types that the values of an annotation have when read; the first one names it in sentences.
_TYPES: Final[Mapping[Any, tuple[type, ...]]] = {
    str: (str,),
    bool: (bool,),
    int: (int,),
    float: (float, int),
    Mapping: (dict, Mapping),
    Sequence: (list, tuple),
    NoneType: (NoneType,),
}


@cache
def parameters(make: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters that have a name of their own, in order."""
    signature = inspect.signature(make, eval_str=True)
    return {name: one for name, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD}


def call(make: Callable[..., Any], written: Mapping[str, Any]) -> Any:
    """What `make` returns for these keywords. Raises: ProblemError, as `arguments_for` does."""
    return make(**arguments_for(make, written))


def arguments_for(
    make: Callable[..., Any], written: Mapping[str, Any], *, renamed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The keywords to call `make` with; `renamed` gives other names that parameters are known by.

    Raises: ProblemError for unknown, missing and mistyped keywords, all at once.
    """
    names = renamed or {}
    allowed = parameters(make)
    shown = [*(key for key in allowed if key not in names.values()), *names]
    collect((str(key), partial(_check, key, value, allowed, shown, names)) for key, value in written.items())
    arguments = {names.get(key, key): value for key, value in written.items()}
    _check_all_there(arguments, allowed.values(), names)
    return arguments


def _check(
    key: Any, value: Any, allowed: Mapping[str, inspect.Parameter], shown: Collection[str], names: Mapping[str, str]
) -> None:
    annotation = allowed[names.get(one_of(key, shown), key)].annotation
    if not has_type(value, annotation):
        raise problem(f"expected {describe_type(annotation)}, got {describe(value)}.")


def _check_all_there(
    arguments: Mapping[str, Any], asked: Collection[inspect.Parameter], names: Mapping[str, str]
) -> None:
    lacking = [one.name for one in asked if one.default is one.empty and one.name not in arguments]
    if lacking:
        words = [next((new for new, old in names.items() if old == name), name) for name in lacking]
        raise problem(f"lacks {' and '.join(repr(word) for word in words)}.")


def has_type(value: Any, annotation: Any) -> bool:
    """Whether a value has the type of an annotation, with everything inside it."""
    if annotation is Any:
        return True
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin in {Union, UnionType}:
        return any(has_type(value, one) for one in inner)
    types = _TYPES[origin]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return False
    parts: Any = value.values() if isinstance(value, Mapping) else value
    return not inner or all(has_type(part, inner[-1]) for part in parts)


def describe_type(annotation: Any) -> str:
    """An annotation in words: `a string or a list of strings`."""
    if annotation is Any:
        return "anything"
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin in {Union, UnionType}:
        return " or ".join(describe_type(one) for one in inner if one is not NoneType)
    if origin is Sequence:
        return f"a list of {describe_type(inner[0]).partition(' ')[2].partition(' ')[0]}s"
    return TYPE_NAMES[_TYPES[origin][0]]
