"""All that a workspace remembers is tested with each kind of store."""

import pytest

from mockserver import MockServer


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    return store_server
