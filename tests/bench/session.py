"""What a test session pays for its server: run as `python session.py ours|bare TESTS [MODULE]`, in a new process.

A session has imported pytest before, and MODULE where it is given. Prints seconds as JSON: `first` from the import to
the first answer, `test` for the fixture of one test.
"""

import asyncio
import importlib
import json
import sys
import threading
import time

import pytest
from load import ask, post

REQUEST = post({"model": "gpt-4o", "input": "say hello please"})


def ours(tests: int) -> dict[str, float]:
    """This server, as the plugin's fixtures use it."""
    begun = time.perf_counter()
    from mockserver import MockServer  # noqa: PLC0415 - the import is what is measured

    with MockServer() as server:
        ask(int(server.origin.rpartition(":")[2]), REQUEST)
        first = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(tests):
            with pytest.MonkeyPatch.context() as environment:
                workspace = server.workspace()
                environment.setenv("OPENAI_BASE_URL", workspace.base_url)
                environment.setenv("OPENAI_API_KEY", workspace.api_key)
                assert not workspace.problems()
                server.discard(workspace)
        return {"first": first, "test": (time.perf_counter() - begun) / tests}


def bare() -> dict[str, float]:
    """Bare aiohttp in a thread."""
    begun = time.perf_counter()
    from bare import listen  # noqa: PLC0415 - likewise

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    port = asyncio.run_coroutine_threadsafe(listen(b"{}", b"{}"), loop).result()
    ask(port, REQUEST)
    return {"first": time.perf_counter() - begun, "test": 0.0}


if __name__ == "__main__":
    kind, count, *modules = sys.argv[1:]
    for module in filter(None, modules):
        importlib.import_module(module)
    sys.stdout.write(json.dumps(ours(int(count)) if kind == "ours" else bare()))
