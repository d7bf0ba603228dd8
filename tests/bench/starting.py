"""How long a server takes to its first answer: as a process, and inside a test session."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path

from figures import Effort, Figures, Sample, in_turn
from load import ask, post
from servers import Server, bare_server, environment, mock_server
from throughput import QUESTION, STREAMED, write_cassette

SESSION = Path(__file__).with_name("session.py")
CASSETTES = 200

Start = Callable[[], AbstractContextManager[Server]]


def process_start(effort: Effort) -> Figures:
    """Seconds from starting the process to its first answer."""
    return _first_answers(effort, mock_server, post(QUESTION))


def start_with_cassettes(effort: Effort) -> Figures:
    """The same with a folder of cassettes, each with one stream."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cassette(folder / "000.yaml", copies=1)
        text = (folder / "000.yaml").read_text()
        for number in range(1, CASSETTES):
            (folder / f"{number:03}.yaml").write_text(text.replace(QUESTION["input"], f"{QUESTION['input']} {number}"))
        start = partial(mock_server, "--speed", "0", name, command="replay")
        return _first_answers(effort, start, post(STREAMED))


def _first_answers(effort: Effort, start: Start, request: bytes) -> Figures:
    with start() as server:
        reply = ask(server.port, request)

    def sample(start: Start) -> Sample:
        begun = time.perf_counter()
        with start() as server:
            ask(server.port, request)
            return Sample(value=time.perf_counter() - begun, cpu=server.cpu())

    return Figures.alternating(
        effort.starts, ours=lambda: sample(start), bare=lambda: sample(partial(bare_server, reply))
    )


def session_start(effort: Effort, *, imported: str = "") -> Figures:
    """Seconds from the import to the first answer, in a process that has imported pytest and `imported`."""
    return _sessions(effort, imported)["first"]


def one_test(effort: Effort) -> Figures:
    """Seconds that the fixture of one test takes: a workspace, the environment, the report, and gone again."""
    return Figures(ours=_sessions(effort, "aiohttp.web")["test"].ours)


@cache
def _sessions(effort: Effort, imported: str) -> dict[str, Figures]:
    kinds = ("ours", "bare")
    for kind in kinds:
        _session(kind, "1", imported)  # compiles the modules
    measures = {kind: partial(_session, kind, str(effort.calls), imported) for kind in kinds}
    told = in_turn(effort.starts, **measures)
    return {
        name: Figures(**{kind: [Sample(value=one[name]) for one in results] for kind, results in told.items()})
        for name in ("first", "test")
    }


def idle_suite(effort: Effort) -> Figures:
    """Seconds that pytest takes for one empty test, where this plugin is installed and where none is.

    Pytest looks for plugins in both: what it is told to block stands for what is not installed. (`-p pytest_plugin`
    would not do: pytest reads the metadata of all packages once more for a plugin that it is told to load.)
    """
    others = {point.name for point in entry_points(group="pytest11")} - {"mockserver"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_empty.py").write_text("def test_nothing():\n    pass\n")
        known = environment()
        blocked = [f"-pno:{name}" for name in ("cacheprovider", *sorted(others))]
        command = [sys.executable, "-m", "pytest", "-q", *blocked]

        def sample(*plugin: str) -> Sample:
            begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([*command, *plugin], cwd=folder, env=known, check=True, stdout=subprocess.DEVNULL)
            value, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
            return Sample(value=value, cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

        sample()  # compiles the modules
        return Figures.alternating(effort.starts, ours=sample, bare=partial(sample, "-pno:mockserver"))


def _session(*arguments: str) -> dict[str, float]:
    command = [sys.executable, str(SESSION), *arguments]
    told = subprocess.run(command, env=environment(), check=True, stdout=subprocess.PIPE)
    return dict(json.loads(told.stdout))
