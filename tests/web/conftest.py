"""Things to remember, made on the wire."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.bodies import ask
from tests.support.http import Raw


@pytest.fixture
def create(raw: Raw) -> Callable[..., Any]:
    """`create(**body)` answers a request to create a response; the response."""

    def made(**body: Any) -> Any:
        reply = raw("POST", "/v1/responses", ask(**body))
        assert reply.status == 200, reply.body
        return reply.json

    return made


@pytest.fixture
def conversation(raw: Raw) -> Any:
    """The id of an empty conversation."""
    return raw("POST", "/v1/conversations", {}).json["id"]
