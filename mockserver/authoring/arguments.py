"""Whether values read from YAML or JSON have the types that a function or a dataclass asks for."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from mockserver.authoring.diagnostics import each, known, misfit, spelt


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One type: its name in sentences and the Python types that its values have when read."""

    name: str
    types: tuple[type, ...]


SHAPES: Mapping[Any, Shape] = {
    str: Shape(name="a string", types=(str,)),
    bool: Shape(name="true or false", types=(bool,)),
    int: Shape(name="an integer", types=(int,)),
    float: Shape(name="a number", types=(int, float)),
    Mapping: Shape(name="a mapping", types=(Mapping,)),
    Sequence: Shape(name="a list", types=(list, tuple)),
    NoneType: Shape(name="null", types=(NoneType,)),
}


@cache
def parameters(make: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters that have a name of their own, in order."""
    signature = inspect.signature(make, eval_str=True)
    return {name: one for name, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD}


def called(make: Callable[..., Any], said: Mapping[str, Any], *, renamed: Mapping[str, str] | None = None) -> Any:
    """What `make` returns for these keywords; `renamed` gives other names that parameters are known by.

    Raises: MisfitError for unknown, missing and mistyped keywords, all at once.
    """
    names = renamed or {}
    allowed = parameters(make)
    shown = [*(key for key in allowed if key not in names.values()), *names]
    each((str(key), partial(_checked, key, value, allowed, shown, names)) for key, value in said.items())
    arguments = {names.get(key, key): value for key, value in said.items()}
    _all_there(arguments, allowed.values(), names)
    return make(**arguments)


def _checked(
    key: Any, value: Any, allowed: Mapping[str, inspect.Parameter], shown: Iterable[str], names: Mapping[str, str]
) -> None:
    annotation = allowed[names.get(known(key, shown), key)].annotation
    if not fits(value, annotation):
        raise misfit(f"expected {expected(annotation)}, got {spelt(value)}.")


def _all_there(said: Mapping[str, Any], asked: Iterable[inspect.Parameter], names: Mapping[str, str]) -> None:
    lacking = [one.name for one in asked if one.default is one.empty and one.name not in said]
    if lacking:
        words = [next((new for new, old in names.items() if old == name), name) for name in lacking]
        raise misfit(f"lacks {' and '.join(repr(word) for word in words)}.")


def fits(value: Any, annotation: Any) -> bool:
    """Whether a value has the type of an annotation, with everything inside it."""
    if annotation is Any:
        return True
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin in {Union, UnionType}:
        return any(fits(value, one) for one in inner)
    types = SHAPES[origin].types
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return False
    parts: Any = value.values() if isinstance(value, Mapping) else value
    return not inner or all(fits(part, inner[-1]) for part in parts)


def expected(annotation: Any) -> str:
    """An annotation in words: `a string or a list of strings`."""
    if annotation is Any:
        return "anything"
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin in {Union, UnionType}:
        return " or ".join(expected(one) for one in inner if one is not NoneType)
    if origin is Sequence:
        return f"a list of {expected(inner[0]).partition(' ')[2].partition(' ')[0]}s"
    return SHAPES[origin].name
