"""The environment of a run whose server starts before tests are collected."""

import os
from collections.abc import Mapping

import pytest

from pytest_plugin.environment import set_variables

KEY = "sk-mock-early"
_PATCH = pytest.StashKey[pytest.MonkeyPatch]()
_VALUES = pytest.StashKey[Mapping[str, str]]()
_CHANGED = pytest.StashKey[list[str]]()


def begin(config: pytest.Config, values: Mapping[str, str]) -> None:
    """Set the variables, for the whole run."""
    config.stash[_PATCH], config.stash[_VALUES] = pytest.MonkeyPatch(), values
    set_variables(config, config.stash[_PATCH], values)


def note_changes(config: pytest.Config) -> None:
    """Note which variables something has changed while tests were collected."""
    values = config.stash.get(_VALUES, {})
    config.stash[_CHANGED] = [name for name, value in values.items() if os.environ.get(name) != value]


def changes(config: pytest.Config) -> str:
    """What to do about variables that are not as they were set; nothing where they are."""
    changed: list[str] = config.stash.get(_CHANGED, [])
    names = ", ".join(changed)
    return (
        f"While tests were collected, something has changed {names}, such as a conftest.py or an import: clients that "
        f"are made at import then go elsewhere. Let it set what is not set, as os.environ.setdefault does."
        if names
        else ""
    )


def end(config: pytest.Config) -> None:
    """Take the variables back."""
    if _PATCH in config.stash:
        config.stash[_PATCH].undo()
