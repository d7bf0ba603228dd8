"""How much later an event reaches the client through the recorder than directly.

    python tests/bench/delay.py [EVENTS]

A raw upstream stamps each event when it leaves; the client takes the difference when the event arrives. Upstream,
recorder and client are processes of their own; times are of one machine's monotonic clock.
"""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

PAUSE = 0.004
BODY = b'{"stream": true}'


def serve(listener: socket.socket, count: int) -> None:
    """Answer two requests with a paced stream."""
    for _ in range(2):
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = b""
        while not asked.endswith(BODY):
            asked += connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        for number in range(count):
            time.sleep(PAUSE)
            event = {"type": "response.output_text.delta", "sequence_number": number, "at": time.monotonic()}
            connection.sendall(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
        connection.close()


def delays(base_url: str) -> list[float]:
    """Milliseconds from leaving to arriving, per event."""
    place = urlsplit(base_url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=60)
    headers = {"authorization": "Bearer sk-bench", "content-type": "application/json"}
    connection.request("POST", "/v1/responses", BODY, headers)
    reply = connection.getresponse()
    found = []
    while line := reply.readline():
        if line.startswith(b"data: "):
            found.append((time.monotonic() - json.loads(line[6:])["at"]) * 1000)
    return found


def told(name: str, found: list[float]) -> str:
    ordered = sorted(found)
    rows = {"median": statistics.median(found), "99 %": ordered[int(len(ordered) * 0.99)], "worst": ordered[-1]}
    return f"{name:>9}: {len(found)} events, " + ", ".join(f"{key} {value:.2f} ms" for key, value in rows.items())


def main(count: int) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    upstream = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    threading.Thread(target=serve, args=(listener, count), daemon=True).start()
    print(told("direct", delays(upstream)))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mockserver", "record", "--port", "0", "--upstream", upstream]
        recorder = subprocess.Popen(
            [*command, "--cassette", str(Path(folder) / "delay.yaml")], stdout=subprocess.PIPE, text=True
        )
        assert recorder.stdout is not None
        print(told("recorded", delays(recorder.stdout.readline().split()[-1])))
        recorder.terminate()
        recorder.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
