"""A function of the test's author that exchanges pass before they are recorded, and requests in replay."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, RecordedExchange
from mockserver.cassette.load import load
from tests.support.http import send


def ask(workspace: Any, words: str) -> Any:
    body = {"model": "o3", "input": words}
    return send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key).json


def without_names(exchange: RecordedExchange) -> RecordedExchange | None:
    body: Any = exchange.request_body
    if body["input"] == "skip":
        return None
    return replace(exchange, request_body={**body, "input": body["input"].replace("Ada", "NAME")})


def test_exchange_is_recorded_as_the_function_gives_it_and_replayed_alike(server: MockServer, tmp_path: Path):
    path = tmp_path / "named.yaml"
    recorder = server.workspace()
    upstream = server.workspace()
    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key, before_record=without_names)
    upstream.on().reply("Hello.")
    for words in ("I am Ada", "skip"):
        assert ask(recorder, words)["output"][0]["content"][0]["text"] == "Hello."
    server.discard(recorder)

    bodies: list[Any] = [exchange.request_body for exchange in load(path).exchanges]
    assert [body["input"] for body in bodies] == ["I am NAME"]
    player = server.workspace()
    player.replay(path, before_record=without_names)
    assert ask(player, "I am Ada")["output"][0]["content"][0]["text"] == "Hello."


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (ValueError("no"), "named.yaml: before_record failed, so an exchange is not recorded: ValueError('no')"),
        ({"n": 1}, "named.yaml: before_record gave {'n': 1}; expected an exchange or None"),
    ],
)
def test_function_that_fails_is_a_problem(server: MockServer, tmp_path: Path, result: Any, message: str):
    def broken(_: RecordedExchange) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    recorder, upstream = server.workspace(), server.workspace()
    recorder.record(
        upstream=upstream.base_url, path=tmp_path / "named.yaml", key=upstream.api_key, before_record=broken
    )
    ask(recorder, "Hello")

    assert all(message in problem for problem in recorder.problems())
    assert not (tmp_path / "named.yaml").exists() or load(tmp_path / "named.yaml").exchanges == []
    server.discard(recorder)
