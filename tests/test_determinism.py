"""The same request to a fresh server gives the same bytes, in any process and in any order of arrival."""

import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from mockserver import MockServer, Settings
from tests.support.bodies import BODIES, ask
from tests.support.default_answers import digest
from tests.support.http import send

PATH = "/v1/responses"
ROOT = Path(__file__).parents[1]
STREAMED = [pytest.param(False, id="json"), pytest.param(True, id="sse")]


def said(body, *, streamed, settings=None):
    """What a fresh server says: status, headers, bytes."""
    with MockServer(settings) as server:
        reply = send(server.base_url, "POST", PATH, {**body, "stream": streamed}, key="any")
    return reply.status, [header for header in reply.headers if header[0] != "date"], reply.body


@pytest.mark.parametrize("streamed", STREAMED)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_two_fresh_servers_say_the_same_bytes(body, streamed):
    assert said(body, streamed=streamed) == said(body, streamed=streamed)


@pytest.mark.parametrize("streamed", STREAMED)
def test_another_seed_says_other_bytes(streamed):
    other = Settings(seed="another")

    assert said(ask(), streamed=streamed) != said(ask(), streamed=streamed, settings=other)
    assert said(ask(), streamed=streamed, settings=other) == said(ask(), streamed=streamed, settings=other)


@pytest.mark.parametrize(
    ("before", "seed"),
    [
        pytest.param("", "2", id="another-hash-seed"),
        pytest.param("sys.modules['faker'] = None; ", "0", id="without-faker"),
    ],
)
def test_other_process_says_the_same_bytes(before, seed):
    code = f"import sys; {before}from tests.support.default_answers import digest; print(digest())"
    run = partial(subprocess.run, cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)

    assert run([sys.executable, "-c", code]).stdout.strip() == digest()


def ids(response):
    """Every id in a response."""
    return [response["id"], *(item[key] for item in response["output"] for key in ("id", "call_id") if key in item)]


def readable(output):
    """Items without their encrypted content, which belongs to an API key."""
    return [{key: value for key, value in item.items() if key != "encrypted_content"} for item in output]


def test_order_of_arrival_does_not_change_ids_or_texts(server):
    order = list(BODIES)
    arrivals = [order, order[::-1], random.Random(7).sample(order, len(order))]  # noqa: S311 - a shuffle
    told = []
    for arrival in arrivals:
        workspace = server.workspace()
        found = {
            name: send(workspace.base_url, "POST", PATH, BODIES[name], key=workspace.api_key).json for name in arrival
        }
        told.append({name: (ids(response), readable(response["output"])) for name, response in sorted(found.items())})

    assert told[0] == told[1] == told[2]


def test_request_that_comes_again_gets_new_ids(raw):
    first, second = (raw("POST", PATH, ask()).json for _ in range(2))

    assert set(ids(first)).isdisjoint(ids(second))
    assert second["created_at"] == first["created_at"] + 1


def test_request_that_comes_again_gets_the_same_new_ids_in_every_workspace(server):
    rows = []
    for _ in range(2):
        workspace = server.workspace()
        replies = [send(workspace.base_url, "POST", PATH, ask(), key=workspace.api_key) for _ in range(3)]
        rows.append([reply.body for reply in replies])

    assert rows[0] == rows[1]
