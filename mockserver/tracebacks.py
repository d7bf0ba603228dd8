"""Errors of what test authors write, shown where they wrote it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mockserver.errors import ScriptError

P = ParamSpec("P")
T = TypeVar("T")


def ends_at_caller(method: Callable[P, T]) -> Callable[P, T]:
    """End the traceback of a ScriptError at the line that calls `method`: how the script is read is of no interest."""

    @wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True  # pytest leaves out this frame
        try:
            return method(*args, **kwargs)
        except ScriptError as error:
            raise error.with_traceback(None) from None

    return called
