"""Matchers of the route: what no request can have is refused where the rule is written."""

from typing import Any

import pytest

from mockserver import ScriptError, Workspace
from mockserver.spec.operations import OPERATIONS
from mockserver.web.handlers import HANDLERS, ROUTES
from tests.support.http import Raw


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            {"operation": "responses.retreive"},
            "unknown operation 'responses.retreive'. Did you mean 'responses.retrieve'?",
        ),
        ({"operation": "batches.*"}, "unknown operation 'batches.*'."),
        ({"operation": {"any": ["responses.list", "models.list"]}}, "unknown operation 'responses.list'."),
        ({"operation": ""}, "unknown operation ''."),
        ({"method": "PSOT"}, "unknown method 'PSOT'. Did you mean 'POST'?"),
        ({"path": "/v1embeddings"}, "the path '/v1embeddings' is not below '/v1/'"),
        ({"path": "/embeddings"}, "Did you mean '/v1/embeddings'?"),
        ({"path": "batches/*"}, "Did you mean '/v1/batches/*'?"),
        ({"path": "/openai/v1/vector_stores"}, "where every path is. Did you mean '/v1/vector_stores'?"),
        ({"path": {"not": "embeddings"}}, "Did you mean '/v1/embeddings'?"),
        ({"lane": ""}, "expected a name or a pattern of names, got an empty string"),
        ({"model": ""}, "expected a name or a pattern of names, got an empty string"),
    ],
)
def test_route_that_no_request_has_is_refused(workspace: Workspace, when: dict[str, Any], said: str) -> None:
    with pytest.raises(ScriptError) as refused:
        workspace.on(**when)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    "when",
    [
        {"operation": "models.*"},
        {"operation": {"regex": "^models"}},
        {"method": "g*", "path": "/v1/models"},
        {"method": "get", "path": "*/models"},
        {"path": "/v*/models"},
        {"path": {"contains": "odel"}},
    ],
)
def test_pattern_of_routes_matches(workspace: Workspace, raw: Raw, when: dict[str, Any]) -> None:
    workspace.on(**when).reply(json={"object": "list", "data": []})

    assert raw("GET", "/models").json == {"object": "list", "data": []}


@pytest.mark.parametrize("operation", ["response.steer", "response.inject", "responses.connect"])
def test_operation_on_a_websocket_is_known(workspace: Workspace, operation: str) -> None:
    assert workspace.on(operation=operation).fault(status=500).used == 0


def test_every_operation_has_one_route_and_one_handler() -> None:
    assert HANDLERS.keys() == OPERATIONS.keys()
    assert {(route.method, route.path): route.operation for route in ROUTES} == {
        tuple(where): name for name, where in OPERATIONS.items()
    }
