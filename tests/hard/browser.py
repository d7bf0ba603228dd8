"""Pages of another origin in a real Chromium: they read nothing, and change nothing.

    python -m tests.hard.browser

opens a page of another origin, and one whose name turns to the server's address when the page is there (DNS
rebinding), with the key of a workspace that they have guessed. Both ask the control API, and the API of a server that
records with a key of its own. The exit code is 1 where one of them reads an answer or changes a rule, and 2 where there
is no Chromium.
"""

import html
import json
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver import MockServer
from tests.support.bodies import ask
from tests.support.http import send

NAME = "evil.example"
KEY = "sk-mock-000000000001"
PAGE = """<!doctype html><pre id="seen">waiting</pre><script>
(async () => {
  const seen = {};
  for (const [name, address, options] of %s) {
    try {
      const reply = await fetch(address, options);
      seen[name] = reply.type === "opaque" ? "opaque" : reply.status + " " + (await reply.text()).slice(0, 60);
    } catch (error) { seen[name] = "refused"; }
  }
  document.getElementById("seen").textContent = JSON.stringify(seen);
})();
</script>"""


@dataclass
class Report:
    """What the pages have seen, by page and by what they asked for; and what has changed."""

    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: int = 0
    spent: int = 0
    """Requests that reached the upstream of the recorder, with its key."""

    @property
    def read(self) -> list[str]:
        """What a page has read: a reply that does not refuse it."""
        return [
            f"{page}: {name}: {answer}"
            for page, answers in self.seen.items()
            for name, answer in answers.items()
            if answer[:1].isdigit() and not answer.startswith(("401", "403"))
        ]

    def __str__(self) -> str:
        """For people."""
        asked = sum(map(len, self.seen.values()))
        return (
            f"{len(self.seen)} pages asked {asked} times: {len(self.read)} answers read, {self.rules} rules changed, "
            f"{self.spent} requests spent"
        )


class Attacker(socketserver.ThreadingTCPServer):
    """Serves a page once to each name, and then is the mock server: what a rebound name looks like from both sides."""

    daemon_threads = True
    page = b""
    behind = ("", 0)
    rebinds = False


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        asked = self.request.recv(1 << 16)
        if b" /page" in asked.split(b"\r\n")[0] or not server.rebinds:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            self.request.sendall(head % len(server.page) + server.page)
            return
        with socket.create_connection(server.behind) as mock:
            mock.sendall(asked)
            back = threading.Thread(target=_pump, args=(mock, self.request), daemon=True)
            back.start()
            _pump(self.request, mock)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        return


def run(browser: str) -> Report:
    """Open both pages, against a server with the control API, and one that records with its own key."""
    report = Report()
    with tempfile.TemporaryDirectory() as folder, MockServer() as upstream:
        cassette = Path(folder) / "c.yaml"
        with MockServer() as server, MockServer() as recorder:
            victim = server.workspace(KEY)
            send(server.base_url, "POST", "/v1/responses", ask("a secret"), key=KEY)
            recording = recorder.workspace(KEY)
            own = upstream.workspace()
            recording.record(upstream=upstream.base_url, path=cassette, key=own.api_key)
            for kind, target in (("control API", server), ("recorder", recorder)):
                for rebinds in (False, True):
                    name = f"{'rebound' if rebinds else 'other origin'}, {kind}"
                    report.seen[name] = _seen(
                        browser,
                        target,
                        Path(folder) / name.replace(" ", "_"),
                        rebinds=rebinds,
                        spends=target is recorder,
                    )
            report.rules = len(victim.script.rules) + len(recording.script.rules)
            report.spent = len(own.requests)
            recording.close()
    return report


def _seen(browser: str, server: MockServer, profile: Path, *, rebinds: bool, spends: bool) -> dict[str, str]:
    place = urlsplit(server.base_url)
    with _attacker((place.hostname or "", place.port or 0), rebinds=rebinds) as attacker:
        port = attacker.server_address[1]
        base = f"http://{NAME}:{port}" if rebinds else server.origin
        attacker.page = (PAGE % json.dumps(list(_tries(base, spends=spends)))).encode()
        command = [
            browser,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
            f"--user-data-dir={profile}",
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            *("--virtual-time-budget=15000", "--dump-dom", f"http://{NAME}:{port}/page"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2_000:]
    seen: dict[str, str] = json.loads(html.unescape(found[1]))
    return seen


def _tries(base: str, *, spends: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What a page tries: simple requests, and those of which a browser asks before."""
    keyed = {"Authorization": f"Bearer {KEY}"}
    as_json = {**keyed, "Content-Type": "application/json"}
    rules, body = json.dumps([{"reply": "planted"}]), json.dumps(ask("spend"))
    yield "journal", f"{base}/_mock/requests", {"headers": keyed}
    yield "rules", f"{base}/_mock/rules", {"method": "POST", "headers": as_json, "body": rules}
    yield "simple rules", f"{base}/_mock/rules", {"method": "POST", "mode": "no-cors", "body": rules}
    yield "reset", f"{base}/_mock/reset", {"method": "POST", "headers": keyed}
    if not spends:
        return  # what the API answers here is made up, and for everybody
    yield "spend", f"{base}/v1/responses", {"method": "POST", "headers": as_json, "body": body}
    yield "spend simply", f"{base}/v1/responses", {"method": "POST", "mode": "no-cors", "body": body}


@contextmanager
def _attacker(behind: tuple[str, int], *, rebinds: bool) -> Iterator[Attacker]:
    with Attacker(("127.0.0.1", 0), _Connection) as attacker:
        attacker.behind, attacker.rebinds = behind, rebinds
        threading.Thread(target=attacker.serve_forever, daemon=True).start()
        try:
            yield attacker
        finally:
            attacker.shutdown()


def main() -> int:
    """Open the pages, and print what they got."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("There is no Chromium here.")
        return 2
    report = run(browser)
    print(*report.read, json.dumps(report.seen, indent=2), report, sep="\n")
    return 1 if report.read or report.rules or report.spent else 0


if __name__ == "__main__":
    sys.exit(main())
