"""Kill the recorder at any moment: the cassette always loads, and holds all that its clients have got.

    python tests/bench/kill.py [ROUNDS]

Each round starts `mockserver record` on the same cassette, keeps it busy, and kills it with SIGKILL at a moment drawn
from the number of the round.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from mockserver import MockServer, Pace, Workspace
from mockserver.cassette.load import Cassette, load

LONGEST = 0.5  # seconds from the first request to the kill
CLIENTS = 2


def killed(number: int, *, upstream: Workspace, path: Path, over_socket: bool = False) -> list[str]:
    """One round; the ids of the responses that clients have got whole, over HTTP or over WebSockets."""
    command = [sys.executable, "-m", "mockserver", "record", "--quiet", "--port", "0", "--upstream", upstream.base_url]
    recorder = subprocess.Popen([*command, "--cassette", str(path)], stdout=subprocess.PIPE, text=True)
    assert recorder.stdout is not None
    base_url = recorder.stdout.readline().split()[-1]
    got: list[str] = []
    ask = _ask_socket if over_socket else _ask
    clients = [threading.Thread(target=ask, args=(base_url, upstream.api_key, got, number)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(random.Random(number).uniform(0, LONGEST))  # noqa: S311 - a moment, no secret
    recorder.kill()
    recorder.communicate()
    for client in clients:
        client.join()
    return got


def _ask(base_url: str, key: str, got: list[str], number: int) -> None:
    """Ask for streams one after the other until nobody answers."""
    place = urlsplit(base_url)
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    body = json.dumps({"model": "gpt-4.1", "input": f"Round {number}.", "stream": True})
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        while True:
            connection.request("POST", "/v1/responses", body, headers)
            last = connection.getresponse().read().decode().rstrip().rpartition("data: ")[2]
            got.append(json.loads(last)["response"]["id"])
    except (HTTPException, OSError, ValueError):  # killed: before, in, or after an answer
        connection.close()


def _ask_socket(base_url: str, key: str, got: list[str], number: int) -> None:
    """Ask for responses on one socket, one after the other, until nobody answers."""
    event = {"type": "response.create", "model": "gpt-4.1", "input": f"Round {number}."}
    try:
        with connect(
            f"ws{base_url.removeprefix('http')}/responses", additional_headers={"authorization": f"Bearer {key}"}
        ) as socket:
            while True:
                socket.send(json.dumps(event))
                while (received := json.loads(socket.recv(timeout=10)))["type"] != "response.completed":
                    pass
                got.append(received["response"]["id"])
    except (WebSocketException, OSError, ValueError, KeyError):  # killed: before, in, or after an answer
        return


def kept(cassette: Cassette) -> set[str]:
    """The ids of the responses in a cassette."""
    return {exchange.events[-1]["response"]["id"] for exchange in cassette.exchanges if exchange.events}


def main(rounds: int) -> None:
    torn = lost = 0
    with MockServer() as server, tempfile.TemporaryDirectory() as folder:
        upstream = server.workspace(pace=Pace(rate=400))
        path = Path(folder) / "killed.yaml"
        got: list[str] = []
        for number in range(rounds):
            got += killed(number, upstream=upstream, path=path)
            if path.exists():
                cassette = load(path)
                torn += bool(cassette.warnings)
                lost += len(set(got) - kept(cassette))
        print(
            f"{rounds} kills: {len(got)} answers got, {len(kept(load(path)))} recorded, {lost} lost, {torn} torn ends"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
