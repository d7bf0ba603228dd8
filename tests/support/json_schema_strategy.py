"""Strategies of hypothesis-jsonschema, which knows an earlier form of a part of hypothesis."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis.internal.conjecture import utils
from hypothesis.strategies import SearchStrategy

_MANY: Any = utils.many


class _Many(_MANY):  # type: ignore[misc]
    """A collection that is asked for `more`, as it was before hypothesis 6.170 made it a context."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.__enter__()
        self._elements = iter(self)

    def more(self) -> bool:
        """Whether one more element is to be drawn."""
        if next(self._elements, self) is not self:
            return True
        self.__exit__(None)
        return False


def values_of(schema: Any) -> SearchStrategy[Any]:
    """Values of a JSON Schema. Skips the test where the library is not installed."""
    library = pytest.importorskip("hypothesis_jsonschema._from_schema")
    if not hasattr(_MANY, "more"):
        library.cu = SimpleNamespace(many=_Many)
    strategy: SearchStrategy[Any] = library.from_schema(schema)
    return strategy
