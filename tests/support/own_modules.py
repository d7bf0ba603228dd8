"""Suites that pytester runs in this process."""

import sys

NAMES = {"app", "conftest", "live", "sdk", "test_app", "test_example"}
"""The modules that such suites are made of."""


class OwnModules:
    """What a suite in this process leaves in `sys.modules`, and has to take away again.

    pytester takes away whatever a suite was the first to import. A library that is imported a second time no longer
    knows its own exceptions, in tests that have nothing to do with this one.
    """

    def __init__(self, **_options: object) -> None:
        self._before = set(sys.modules)

    def restore(self) -> None:
        for name in NAMES - self._before:
            sys.modules.pop(name, None)
