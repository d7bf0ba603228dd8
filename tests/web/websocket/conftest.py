"""Sockets in this test's workspace."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mockserver import Workspace
from tests.support.websocket import WebSocket


@pytest.fixture
def connect(workspace: Workspace) -> Iterator[Callable[..., WebSocket]]:
    """`connect(**options)` opens a connection, which is closed when the test ends."""
    with ExitStack() as stack:

        def opened(**options: Any) -> WebSocket:
            return stack.enter_context(WebSocket(workspace.base_url, key=workspace.api_key, **options))

        yield opened


@pytest.fixture
def socket(connect: Callable[..., WebSocket]) -> WebSocket:
    """One connection."""
    return connect()
