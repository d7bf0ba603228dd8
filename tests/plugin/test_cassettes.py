"""Cassettes of test suites: the marker, the modes of recording, names, and workers in parallel."""

from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Workspace
from mockserver.cassette.load import load
from mockserver.cassette.unused import ADVICE
from mockserver.cli import main

pytest_plugins = ["pytester"]

ASKS = """
    import pytest
    from app import ask

    @pytest.mark.cassette({marker})
    def test_asks(mock_openai):
        assert ask({words!r}) == {answer!r}
"""


@pytest.fixture
def upstream(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Another server's workspace; suites go there with the key in their environment."""
    workspace = server.workspace()
    monkeypatch.setenv("OPENAI_API_KEY", workspace.api_key)
    return workspace


@pytest.fixture
def run(suite: Any, upstream: Workspace) -> Any:
    """`run(mode, words=…, answer=…)` runs one test that asks, with a cassette."""

    def runner(
        mode: str, *, words: Any = "Hello?", answer: Any = "Hello.", marker: str = '"greeting"', option: str = "-q"
    ) -> Any:
        code = ASKS.format(marker=marker, words=words, answer=answer)
        return suite(code, f"--mockserver-record={mode}", "-o", f"mockserver_upstream={upstream.base_url}", option)

    return runner


def recorded(pytester: pytest.Pytester, name: str = "greeting") -> list[Any]:
    bodies: list[Any] = [each.request_body for each in load(pytester.path / f"cassettes/{name}.yaml").exchanges]
    return [body["input"] for body in bodies]


def test_once_records_and_then_replays(run: Any, upstream: Workspace, pytester: pytest.Pytester):
    upstream.enqueue("Hello.")

    run("once").assert_outcomes(passed=1)
    run("once").assert_outcomes(passed=1)
    run("none").assert_outcomes(passed=1)

    assert len(upstream.requests) == 1
    assert recorded(pytester) == ["Hello?"]


def test_once_with_a_cassette_is_loud_about_what_is_not_in_it(run: Any, upstream: Workspace):
    upstream.enqueue("Hello.")
    run("once").assert_outcomes(passed=1)

    result = run("once", words="Goodbye?", answer=400)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*input: wanted 'Hello?', got 'Goodbye?'"])
    assert len(upstream.requests) == 1


def test_none_without_a_cassette_says_how_to_record_it(run: Any, upstream: Workspace):
    result = run("none")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*greeting.yaml: cannot be read: *", "Record it with --mockserver-record=once."])
    assert upstream.requests == ()


def test_new_records_only_what_is_missing(run: Any, upstream: Workspace, pytester: pytest.Pytester):
    upstream.enqueue("Hello.")
    upstream.enqueue("Bye.")
    run("new").assert_outcomes(passed=1)
    run("new", words="Goodbye?", answer="Bye.").assert_outcomes(passed=1)
    run("new").assert_outcomes(passed=1)

    assert len(upstream.requests) == 2
    assert recorded(pytester) == ["Hello?", "Goodbye?"]


def test_all_records_anew(run: Any, upstream: Workspace, pytester: pytest.Pytester):
    upstream.enqueue("Hello.")
    upstream.enqueue("Hi.")
    run("all").assert_outcomes(passed=1)
    run("all", words="Hi?", answer="Hi.").assert_outcomes(passed=1)

    assert recorded(pytester) == ["Hi?"]


def test_name_follows_from_the_test(run: Any, upstream: Workspace, pytester: pytest.Pytester):
    upstream.enqueue("Hello.")

    run("once", marker="").assert_outcomes(passed=1)

    assert recorded(pytester, "test_app/test_asks") == ["Hello?"]


def test_recordings_that_must_be_used_fail_the_test(run: Any, suite: Any, upstream: Workspace):
    upstream.enqueue("Hello.")
    run("once").assert_outcomes(passed=1)

    result = suite("""
        import pytest

        @pytest.mark.cassette("greeting", all_used=True)
        def test_idle(mock_openai):
            pass
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Recording *cassettes/greeting.yaml:7: POST /v1/responses 'Hello?' was not used."])


def test_workers_take_turns_at_one_cassette(suite_apart: Any, upstream: Workspace, pytester: pytest.Pytester):
    pytest.importorskip("xdist")
    upstream.on().reply("Hello.")
    code = """
        import pytest
        from app import ask

        @pytest.mark.cassette("shared")
        @pytest.mark.parametrize("number", range(6))
        def test_asks(mock_openai, number):
            assert ask("Hello?") == "Hello."
    """
    options = ["--mockserver-record=once", "-o", f"mockserver_upstream={upstream.base_url}", "-p", "xdist", "-n", "3"]

    suite_apart(code, *options).assert_outcomes(passed=6)

    assert recorded(pytester, "shared") == ["Hello?"]
    assert len(upstream.requests) == 1


def test_several_cassettes_are_one_session(run: Any, suite: Any, upstream: Workspace):
    for name, answer in (("shared/login", "Welcome."), ("own", "Bye.")):
        upstream.enqueue(answer)
        run("once", words=name, answer=answer, marker=repr(name)).assert_outcomes(passed=1)

    suite("""
        import pytest
        from app import ask

        @pytest.mark.cassette("shared/login", "own", all_used=True)
        def test_both(mock_openai):
            assert [ask("own"), ask("shared/login")] == ["Bye.", "Welcome."]
    """).assert_outcomes(passed=1)


def test_one_cassette_alone_can_be_recorded(run: Any, upstream: Workspace):
    result = run("once", marker='"one", "two"')

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["The cassette marker names 2 cassettes; only one can be recorded."])
    assert upstream.requests == ()


def test_parameters_that_look_alike_have_cassettes_of_their_own(suite: Any, upstream: Workspace, pytester: Any):
    for _ in range(3):
        upstream.enqueue("Hello.")
    code = """
        import pytest
        from app import ask

        @pytest.mark.cassette
        @pytest.mark.parametrize("path", ["x/y", "x_y", "x:y"])
        def test_path(mock_openai, path):
            assert ask(path) == "Hello."
    """
    suite(code, "--mockserver-record=once", "-o", f"mockserver_upstream={upstream.base_url}").assert_outcomes(passed=3)
    names = sorted(path.stem for path in (pytester.path / "cassettes" / "test_app").iterdir())

    assert [name.partition("-")[0] for name in names] == ["test_path[x_y]"] * 3
    assert "test_path[x_y]" in names
    suite(code).assert_outcomes(passed=3)


def test_cassettes_may_be_in_another_folder(suite: Any, upstream: Workspace, pytester: Any):
    upstream.enqueue("Hello.")
    code = ASKS.format(marker='"greeting"', words="Hello?", answer="Hello.")
    folder = ("-o", "mockserver_cassettes=tests/recorded")
    options = ("--mockserver-record=once", "-o", f"mockserver_upstream={upstream.base_url}")
    suite(code, *folder, *options).assert_outcomes(passed=1)

    assert (pytester.path / "tests/recorded/greeting.yaml").exists()
    suite(code, *folder).assert_outcomes(passed=1)


def test_names_of_cassettes_may_be_configured(suite: Any, upstream: Workspace, pytester: Any):
    upstream.enqueue("Hello.")
    code = ASKS.format(marker="", words="Hello?", answer="Hello.")
    where = ("-o", f"mockserver_upstream={upstream.base_url}", "-o", "mockserver_cassette_name={file}-{test}")

    suite(code, "--mockserver-record=once", *where).assert_outcomes(passed=1)

    assert recorded(pytester, "test_app-test_asks") == ["Hello?"]


def test_name_with_unknown_parts_is_refused(suite: Any):
    code = ASKS.format(marker="", words="Hello?", answer="Hello.")
    result = suite(code, "-o", "mockserver_cassette_name={modul}")

    result.stdout.fnmatch_lines(["*mockserver_cassette_name is '{modul}'; expected a path with {folder}, {file} and*"])


def test_recordings_that_no_test_used_are_found(
    run: Any, upstream: Workspace, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
):
    folder, used = pytester.path / "cassettes", pytester.path / "used.txt"
    upstream.on().reply("Hello.")
    run("once").assert_outcomes(passed=1)
    run("new", words="Goodbye?").assert_outcomes(passed=1)
    (folder / "other.yaml").write_bytes((folder / "greeting.yaml").read_bytes())
    first, second = load(folder / "greeting.yaml").lines

    run("none", option=f"--mockserver-used={used}").assert_outcomes(passed=1)

    assert used.read_text() == f"{folder / 'greeting.yaml'}:{first}\n"
    capsys.readouterr()
    assert main(["check", str(folder), "--unused", str(used)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{folder / 'greeting.yaml'}, line {second}: no test used this recording: {ADVICE}",
        f"{folder / 'other.yaml'}, line 1: no test used this cassette: {ADVICE}",
    ]


def test_recorded_cassette_counts_as_used(run: Any, upstream: Workspace, pytester: pytest.Pytester):
    used = pytester.path / "used.txt"
    used.write_text("from before")
    upstream.on().reply("Hello.")

    run("once", option=f"--mockserver-used={used}").assert_outcomes(passed=1)

    assert used.read_text() == f"{pytester.path / 'cassettes' / 'greeting.yaml'}\n"
    assert main(["check", str(pytester.path / "cassettes"), "--unused", str(used)]) == 0


def test_list_that_was_not_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(tmp_path), "--unused", str(tmp_path / "used.txt")]) == 2
    (tmp_path / "used.txt").write_bytes(b"\xff")
    assert main(["check", str(tmp_path), "--unused", str(tmp_path / "used.txt")]) == 2

    assert f"Run the tests with `pytest --mockserver-used={tmp_path / 'used.txt'}` first" in capsys.readouterr().err


def test_marker_says_how_recordings_are_matched(run: Any, upstream: Workspace):
    upstream.on().reply("Hello.")
    run("once").assert_outcomes(passed=1)

    run("none", words="Hello, you?", marker='"greeting", order=True').assert_outcomes(passed=1)
    run("none", words="Bye", marker='"greeting", match_on=["method", "path"]').assert_outcomes(passed=1)
    run("none", marker='"greeting", before_record=lambda one: one').assert_outcomes(passed=1)


def test_module_has_a_cassette_that_its_tests_share(suite: Any, upstream: Workspace, pytester: pytest.Pytester):
    code = """
        import pytest
        from app import ask

        pytestmark = pytest.mark.cassette

        def test_first(mock_openai_module):
            assert ask("One?") == "One."

        def test_second(mock_openai_module):
            assert ask("Two?") == "Two."
    """
    upstream.enqueue("One.")
    upstream.enqueue("Two.")
    options = ("-o", f"mockserver_upstream={upstream.base_url}", "--mockserver-used=used.txt")

    suite(code, "--mockserver-record=once", *options).assert_outcomes(passed=2)
    suite(code, *options).assert_outcomes(passed=2)

    assert recorded(pytester, "test_app/module") == ["One?", "Two?"]
    assert len((pytester.path / "used.txt").read_text().splitlines()) == 2


@pytest.mark.parametrize("fixtures", ["mock_openai", "mock_openai_session, mock_openai"])
@pytest.mark.parametrize("early", ["true", "false"])
def test_key_to_record_with_is_the_user_s(suite: Any, upstream: Workspace, fixtures: str, early: str):
    upstream.enqueue("Hello.")
    code = ASKS.format(marker='"greeting"', words="Hello?", answer="Hello.").replace("(mock_openai)", f"({fixtures})")
    options = ("-o", f"mockserver_upstream={upstream.base_url}", "-o", f"mockserver_early={early}")

    suite(code, "--mockserver-record=once", *options).assert_outcomes(passed=1)

    assert len(upstream.requests) == 1
