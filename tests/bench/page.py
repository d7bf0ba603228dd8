"""What the page costs: opening and scrolling a long list, and the server while requests arrive.

    python tests/bench/page.py

needs a Chromium. It prints the figures of docs/looking.md.
"""

import http.client
import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from load import LOOPBACK, Load, drive, exhaust, post
from playwright.sync_api import Browser, Page, sync_playwright
from servers import Server, mock_server

EXCHANGES = 10_000
RATE = 200
SECONDS = 8.0
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
BODY = {"model": "gpt-4.1", "input": "How is the weather in Paris, and what should I wear this evening?"}
WATCH = """
window.marks = {};
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  for (const name of Object.keys(document.body.dataset)) marks[name] ??= performance.now();
}).observe(document.body, { attributes: true }));
"""
SCROLL = """
async () => {
  const scroller = document.querySelector(".scroller");
  const from = performance.now(); let frames = 0;
  for (let top = 0; top < scroller.scrollHeight; top += 1300) {
    scroller.scrollTop = top; frames += 1;
    await new Promise(requestAnimationFrame);
  }
  return [frames, performance.now() - from];
}
"""


def apart(function: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """Call a function in another thread: Playwright has an event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function, *given, **options).result()


@contextmanager
def tasks(browser: Browser, page: Page, what: str) -> Iterator[None]:
    """Print the longest tasks of the page's main thread: its own CPU, which does not depend on what else runs here."""
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    yield
    events = json.loads(browser.stop_tracing())["traceEvents"]
    names = {(one["pid"], one["tid"]): one["args"].get("name") for one in events if one["name"] == "thread_name"}
    found = sorted(
        (one["tdur"] / 1000, one["dur"] / 1000)
        for one in events
        if "tdur" in one and names.get((one["pid"], one["tid"])) == "CrRendererMain"
    )
    cpu = ", ".join(f"{own:.0f}" for own, _ in found[:-4:-1])
    print(f"{what}: longest tasks {cpu} ms of CPU; longest by the clock {max(wall for _, wall in found):.0f} ms")


def open_list(browser: Browser, page: Page, server: Server) -> None:
    """Open and scroll a list of many exchanges."""
    apart(exhaust, server.port, lambda: repeat(post(BODY), EXCHANGES // 10), connections=10, cpu=server.cpu)
    with tasks(browser, page, f"{EXCHANGES} exchanges opened"):
        page.goto(f"http://{LOOPBACK}:{server.port}/_mock/")
        page.wait_for_selector("body[data-complete]", timeout=60_000)
    marks = page.evaluate("marks")
    print(f"list shown after {marks['ready']:.0f} ms, whole after {marks['complete']:.0f} ms")
    with tasks(browser, page, "scrolled to the end"):
        frames, took = page.evaluate(SCROLL)
    print(f"{frames} frames, {took / frames:.1f} ms each")


def arriving(server: Server) -> float:
    """CPU seconds that the server uses in a second in which `RATE` requests arrive."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port)
    headers = {"authorization": "Bearer sk-bench", "content-type": "application/json"}
    used, start = server.cpu(), time.perf_counter()
    for number in range(int(RATE * SECONDS)):
        time.sleep(max(0.0, start + number / RATE - time.perf_counter()))
        connection.request("POST", "/v1/responses", json.dumps({**BODY, "metadata": {"n": str(number)}}), headers)
        connection.getresponse().read()
    return (server.cpu() - used) / (time.perf_counter() - start)


def throughput(server: Server) -> float:
    """Replies in a second of the server's CPU, as many as it can give; the browser has a core of its own."""
    load: Load = apart(drive, server.port, different, connections=8, seconds=SECONDS / 2, cpu=server.cpu)
    return load.replies / load.cpu


def different() -> Iterator[bytes]:
    """Requests of which none is like another."""
    number = time.perf_counter_ns()
    while True:
        number += 1
        yield post({**BODY, "metadata": {"n": str(number)}})


def main() -> None:
    """Measure and print."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, mock_server("--quiet") as server:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.add_init_script(WATCH)
        open_list(browser, page, server)
        with tasks(browser, page, f"{RATE} requests/s arriving"):
            opened = arriving(server)
        busy = throughput(server)
        page.close()
        closed, free = arriving(server), throughput(server)
        browser.close()
    print(f"{RATE} requests/s: {closed:.1%} of a core without the page, {opened:.1%} with it")
    print(f"replies per second of CPU at full load: {free:.0f} without the page, {busy:.0f} with it")
    print(f"cost of the page at full load: {1 - busy / free:.1%}")


if __name__ == "__main__":
    main()
