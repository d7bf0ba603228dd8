"""Doors: a package gives its public names from its `__init__`, and imports the home of each when it is first used.

What a server does not use it does not import, though whoever uses it says so at the top of a module:
`from mockserver import script` imports next to nothing, and `script.Rule(...)` imports what rules need.

Type checkers read the `.pyi` beside the `__init__.py`, which imports the same names from the same modules.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any


def attach(
    package: str, homes: Mapping[str, Iterable[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The `__getattr__`, `__dir__` and `__all__` of a package whose modules give these names (PEP 562).

    A function that is named like its module needs another name here, as in an import: `check as check_cassette`.
    Modules of the package itself import from each other, never from their own door: that could hide a cycle.
    """
    home_of: dict[str, tuple[str, str]] = {}
    for module, names in homes.items():
        for name in names:
            own, _, given = name.partition(" as ")
            home_of[given or own] = module, own
    public = sorted(home_of)

    def get(name: str) -> Any:
        """A public name, from its home."""
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}; it offers {', '.join(public)}")
        module, own = home_of[name]
        value = getattr(import_module(f"{package}.{module}"), own)
        setattr(sys.modules[package], name, value)  # found without this function from now on
        return value

    return get, public.copy, public
