"""A recorder that is killed at any moment leaves a cassette that loads, with all that its clients have got."""

from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Pace
from mockserver.cassette.load import load
from tests.bench.kill import kept, killed

ROUNDS = 4


@pytest.mark.parametrize("over_socket", [False, True], ids=["http", "websocket"])
def test_killed_recorder_leaves_whole_exchanges(server: MockServer, tmp_path: Path, over_socket: Any):
    upstream = server.workspace(pace=Pace(rate=400))
    path = tmp_path / "killed.yaml"
    got: set[str] = set()

    for number in range(ROUNDS):
        got.update(killed(number, upstream=upstream, path=path, over_socket=over_socket))
        assert not path.exists() or got <= kept(load(path))

    assert got
