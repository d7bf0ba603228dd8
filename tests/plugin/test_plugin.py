"""What the plugin's fixtures give, when a test fails, and what is reported then."""

import pytest

pytest_plugins = ["pytester"]

ANSWERED = """
    from app import ask

    def test_answered(mock_openai):
        mock_openai.on(input="capital").reply("Paris.")
        assert ask("The capital of France?") == "Paris."
"""


def test_test_with_a_matching_rule_passes(suite):
    suite(ANSWERED).assert_outcomes(passed=1)


def test_workspace_without_rules_answers_by_default(suite):
    result = suite("""
        from app import ask

        def test_default(mock_openai):
            assert isinstance(ask("hello"), str)
    """)

    result.assert_outcomes(passed=1)


def test_unmatched_request_fails_the_test_although_the_app_swallowed_the_error(suite):
    result = suite("""
        from app import ask

        def test_swallowed(mock_openai):
            mock_openai.on(input="weather").reply("Sunny.")
            assert ask("The time?") == 400
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines_random(
        [
            "Request #1 POST /v1/responses 'The time?' -> 400 by no rule",
            "No rule matches this request: model 'gpt-4o', input 'The time?'.",
            "  1. test_app.py:4",
            "       input: wanted text containing 'weather', got 'The time?'",
        ]
    )


@pytest.mark.parametrize("caught", ["ask", "lambda words: ask(words) == 200 or pytest.fail('no answer')", "sdk"])
def test_miss_is_shown_once_with_the_option_that_lets_it_pass(suite, caught):
    result = suite(f"""
        import openai
        import pytest
        from app import ask

        def sdk(words):
            with openai.OpenAI(max_retries=0) as client:
                client.responses.create(model="gpt-4o", input=words)

        def test_asks(mock_openai):
            mock_openai.on(input="weather").reply("Sunny.")
            ({caught})("The time?")
    """)
    shown = result.stdout.str()

    result.assert_outcomes(failed=1)
    assert shown.count("Nearest rules:") == 1
    assert shown.count("input: wanted text containing 'weather', got 'The time?'") == 1
    assert shown.count('or let unmatched requests be answered: unmatched="answer".') == 1


def test_unused_times_fail_the_test(suite):
    result = suite("""
        from app import ask

        def test_asks_once(mock_openai):
            mock_openai.on().times(2).reply("Yes.").named("twice")
            ask("Once?")
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Rule twice (test_app.py:4) answered 1 of 2 times."])


def test_unused_queue_fails_the_test(suite):
    result = suite("""
        def test_asks_never(mock_openai):
            mock_openai.enqueue("Yes.")
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Rule test_app.py:2 answered 0 of 1 times."])


def test_failure_of_its_own_is_what_a_failed_test_shows(suite):
    result = suite("""
        def test_wrong(mock_openai):
            mock_openai.enqueue("Yes.")
            assert 1 == 2
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       assert 1 == 2"])
    result.stdout.no_fnmatch_line("*answered 0 of 1 times*")


def test_any_failure_reports_what_was_asked_and_answered(suite):
    result = suite("""
        from app import ask
        from mockserver import function_call

        def test_wrong(mock_openai):
            mock_openai.on(input="weather").reply("Sunny.")
            mock_openai.on(input="busy").fault(status=429)
            mock_openai.on(input="cut").reply("Half", status="incomplete")
            ask("The weather?")
            ask("busy?")
            ask("cut?")
            assert ask("x" * 100, tools="none") == 200
    """)

    result.stdout.fnmatch_lines(
        [
            "* mockserver http://127.0.0.1:*/v1 *",
            "#1 POST /v1/responses 'The weather?' -> 200 by test_app.py:5",
            "    message 'Sunny.'",
            "#2 POST /v1/responses 'busy?' -> 429 by test_app.py:6",
            "    error rate_limit_exceeded: 'Rate limit reached*",
            "#3 POST /v1/responses 'cut?' -> 200 by test_app.py:7",
            "    response incomplete",
            "    message 'Half'",
            "#4 POST /v1/responses (no input) -> 400 by default",
            "    error invalid_*: *",
        ]
    )


def test_failure_without_requests_says_so(suite):
    result = suite("""
        def test_wrong(mock_openai):
            assert not mock_openai
    """)

    result.stdout.fnmatch_lines(
        ["* mockserver http://127.0.0.1:*/v1 *", "no request came", "*- mockserver: what to do -*", "Did the app make*"]
    )


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('mock_openai.on(imput="hello")', id="script"),
        pytest.param("mock_openai.onn()", id="method"),
        pytest.param("mock_openai.on().replay()", id="method-of-rule"),
        pytest.param("mock_openai.adopt(5)", id="argument"),
        pytest.param('ask("hello"); assert False', id="request"),
    ],
)
def test_failure_whose_cause_is_not_the_set_up_gets_no_advice(suite, line):
    result = suite(f"""
        from app import ask

        def test_wrong(mock_openai):
            {line}
    """)

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*what to do*")


def test_failure_without_the_fixture_reports_nothing(suite):
    suite("def test_wrong(): assert False").stdout.no_fnmatch_line("*mockserver http*")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        pytest.param("pytest.skip('not today')", {"skipped": 1}, id="skip"),
        pytest.param("pytest.xfail('known')", {"xfailed": 1}, id="xfail"),
    ],
)
def test_test_that_leaves_early_is_not_verified(suite, body, outcome):
    result = suite(f"""
        import pytest

        def test_leaves(mock_openai):
            mock_openai.enqueue("Yes.")
            {body}
    """)

    result.assert_outcomes(**outcome)


def test_each_test_has_a_workspace_of_its_own(suite):
    result = suite("""
        import pytest
        from app import ask

        keys = set()

        @pytest.mark.parametrize("number", range(3))
        def test_own(mock_openai, number):
            mock_openai.on().reply(str(number))
            assert ask("Which?") == str(number)
            assert len(mock_openai.requests) == 1
            keys.add(mock_openai.api_key)
            assert len(keys) == number + 1
    """)

    result.assert_outcomes(passed=3)


def test_all_tests_share_one_server(suite):
    result = suite("""
        import pytest

        origins = set()

        @pytest.mark.parametrize("number", range(2))
        def test_one(mockserver, mock_openai, number):
            origins.add(mockserver.base_url)
            assert mock_openai.base_url == mockserver.base_url
            assert len(origins) == 1
    """)

    result.assert_outcomes(passed=2)


def test_environment_leads_clients_and_subprocesses_to_the_workspace(suite):
    result = suite("""
        import subprocess
        import sys

        from openai import OpenAI

        def test_both(mock_openai):
            mock_openai.on(input="hello").reply("In this process.")
            mock_openai.on(input="apart").reply("In another.")
            with OpenAI() as client:
                assert client.responses.create(model="gpt-4o", input="hello").output_text == "In this process."
            code = "from app import ask; print(ask('apart'))"
            printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
            assert printed == "In another.\\n"
            assert len(mock_openai.requests) == 2
    """)

    result.assert_outcomes(passed=1)


def test_environment_is_restored(suite, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "https://example.org/v1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = suite("""
        import os

        def test_set(mock_openai):
            assert os.environ["OPENAI_BASE_URL"] == mock_openai.base_url
            assert os.environ["OPENAI_API_KEY"] == mock_openai.api_key

        def test_restored():
            assert os.environ["OPENAI_BASE_URL"] == "https://example.org/v1"
            assert "OPENAI_API_KEY" not in os.environ
    """)

    result.assert_outcomes(passed=2)


def test_factory_makes_workspaces_that_do_not_see_each_other(suite):
    result = suite("""
        import os

        from app import ask

        def test_two(mock_openai, mock_openai_factory):
            other = mock_openai_factory()
            assert os.environ["OPENAI_API_KEY"] == mock_openai.api_key != other.api_key
            mock_openai.on().reply("One.")
            other.on().reply("Two.")
            assert ask("Who?") == "One."
            assert ask("Who?", key=other.api_key) == "Two."
            assert (len(mock_openai.requests), len(other.requests)) == (1, 1)
    """)

    result.assert_outcomes(passed=1)


def test_every_workspace_of_the_factory_is_verified(suite):
    result = suite("""
        def test_two(mock_openai_factory):
            for name in ("first", "second"):
                mock_openai_factory().enqueue("Yes.").named(name)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Rule first *answered 0 of 1 times.", "Rule second *answered 0 of 1 times."])


def test_workspaces_are_forgotten_when_their_test_ends(suite):
    result = suite("""
        from app import ask

        seen = []

        def test_first(mock_openai):
            mock_openai.on().reply("First.")
            seen.append(mock_openai)

        def test_second(mockserver):
            assert mockserver.workspace(seen[0].api_key) is not seen[0]
    """)

    result.assert_outcomes(passed=2)


def test_test_that_runs_again_starts_afresh(suite, pytester):
    pytester.makeconftest("""
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            if not item.stash.get(RAN, False):
                item.stash[RAN] = True
                runtestprotocol(item, log=False, nextitem=nextitem)
                item._initrequest()

        import pytest
        RAN = pytest.StashKey()
    """)
    result = suite("""
        runs = []

        def test_flaky(mock_openai):
            runs.append(1)
            if len(runs) == 1:
                mock_openai.enqueue("Never asked for.")
                assert False
    """)

    result.assert_outcomes(passed=1)


def test_tests_without_the_fixtures_import_nothing_of_the_server(suite_apart):
    result = suite_apart("""
        import sys

        def test_nothing():
            loaded = {name for name in sys.modules if name.startswith("mockserver")}
            assert loaded <= {"mockserver"}
            assert not {"aiohttp", "yaml", "jsonschema", "faker", "orjson"} & set(sys.modules)
    """)

    result.assert_outcomes(passed=1)


def test_plugin_says_what_it_offers(suite):
    result = suite("", "--fixtures", "--markers")

    result.stdout.fnmatch_lines(["@pytest.mark.mockserver(fixtures=*"])


def test_failed_test_leaves_a_page_where_the_option_asks_for_it(suite, pytester):
    result = suite(
        """
        from app import ask

        def test_fails(mock_openai):
            mock_openai.on(input="weather").reply("Sunny.")
            assert ask("weather") == "Rain."

        def test_passes(mock_openai):
            assert ask("weather")

        def test_asks_nothing(mock_openai):
            assert False
        """,
        "--mockserver-report=pages",
    )

    result.assert_outcomes(passed=1, failed=2)
    (page,) = (pytester.path / "pages").iterdir()
    assert page.name == "test_app.py_test_fails.html"
    assert "test_app.py::test_fails" in page.read_text()
    assert "Sunny." in page.read_text()
    assert '"name":"test_app.py::test_fails"' in page.read_text()
    result.stdout.fnmatch_lines(["*mockserver report*", f"*{page}"])
