"""Workspaces for more than one test, markers that bring the fixture along, settings, and the environment."""

import pytest

pytest_plugins = ["pytester"]

LASTING = """
    import os
    from app import ask

    def test_first({fixture}, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", {fixture}.base_url)
        {fixture}.on(input="hello").times(2).reply("Hi.")
        assert ask("hello", key={fixture}.api_key) == "Hi."

    def test_second({fixture}, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", {fixture}.base_url)
        assert ask("{words}", key={fixture}.api_key) == {answer!r}
        assert len({fixture}.requests) == 2
"""


@pytest.mark.parametrize("fixture", ["mock_openai_module", "mock_openai_session"])
def test_workspace_lasts_longer_than_a_test(suite, fixture):
    suite(LASTING.format(fixture=fixture, words="hello", answer="Hi.")).assert_outcomes(passed=2)


@pytest.mark.parametrize("fixture", ["mock_openai_module", "mock_openai_session"])
def test_what_is_wrong_with_it_is_an_error_at_its_end(suite, fixture):
    result = suite(LASTING.format(fixture=fixture, words="bye", answer=400))

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "Request #2 POST /v1/responses 'bye' -> 400 by no rule",
            "Rule test_app.py:6 answered 1 of 2 times.",
        ]
    )


@pytest.mark.parametrize("fixture", ["mock_openai_module", "mock_openai_session"])
def test_clients_find_a_lasting_workspace(suite, fixture):
    suite(f"""
        import os
        from app import ask

        def test_first({fixture}):
            {fixture}.on(input="hello").times(2).reply("Hi.")
            assert ask("hello") == "Hi."

        def test_inner({fixture}, mock_openai):
            assert os.environ["OPENAI_API_KEY"] == mock_openai.api_key

        def test_second({fixture}):
            assert ask("hello") == "Hi."
    """).assert_outcomes(passed=3)


def test_environment_is_as_before_when_the_module_has_ended(suite, pytester, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    pytester.makepyfile(
        test_later="""
        import os

        def test_later():
            assert os.environ["OPENAI_API_KEY"] == "sk-own"
        """
    )
    suite("def test_here(mock_openai_module): pass", "test_app.py", "test_later.py").assert_outcomes(passed=2)


def test_markers_of_a_module_set_its_workspace_up(suite):
    suite("""
        import os
        import pytest

        pytestmark = pytest.mark.mockserver(key="sk-of-module", env=("openai", "azure"), profile="azure-openai")

        def test_module(mock_openai_module):
            assert mock_openai_module.api_key == "sk-of-module"
            assert mock_openai_module.profile == "azure-openai"
            assert os.environ["AZURE_OPENAI_API_KEY"] == os.environ["OPENAI_API_KEY"] == "sk-of-module"

        @pytest.mark.mockserver(key="sk-of-test", profile="openai")
        def test_marked(mock_openai_module):
            assert os.environ["OPENAI_API_KEY"] == "sk-of-test"
    """).assert_outcomes(passed=2)


def test_module_and_test_cannot_have_the_same_key(suite):
    result = suite("""
        import pytest

        pytestmark = pytest.mark.mockserver(key="sk-of-module")

        def test_both(mock_openai_module, mock_openai):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["This test has a workspace of this key already*"])


def test_unused_rule_of_a_module_is_an_error_where_all_are_to_be_used(suite):
    result = suite(
        """
        def test_rule(mock_openai_module):
            mock_openai_module.on(input="hello").reply("Hi.")
        """,
        "-o",
        "mockserver_all_used=true",
    )

    result.assert_outcomes(passed=1, errors=1)


def test_report_of_a_failure_shows_its_requests(suite):
    result = suite(LASTING.format(fixture="mock_openai_module", words="hello", answer="Bye."))

    result.stdout.fnmatch_lines(["*- mockserver http://*", "#1 POST /v1/responses 'hello' -> 200 by test_app.py:6"])


def test_marker_brings_the_workspace_along(suite):
    suite("""
        import os, pytest
        from app import ask

        @pytest.mark.mockserver(unmatched="answer")
        def test_marked():
            assert isinstance(ask("hello"), str)
            assert os.environ["OPENAI_API_KEY"].startswith("sk-mock-")
    """).assert_outcomes(passed=1)


def test_cassette_marker_does_too(suite):
    result = suite("""
        import pytest

        @pytest.mark.cassette("none/such")
        def test_marked():
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*none/such.yaml*", "*Record it with --mockserver-record=once.*"])


def test_marker_on_a_unittest_class(suite):
    suite("""
        import unittest
        import pytest
        from app import ask

        @pytest.mark.mockserver(unmatched="answer")
        class TestApp(unittest.TestCase):
            def test_marked(self):
                self.assertIsInstance(ask("hello"), str)
    """).assert_outcomes(passed=1)


def test_settings_of_the_server_are_a_fixture(suite):
    suite("""
        import pytest
        from app import ask

        @pytest.fixture(scope="session")
        def mockserver_config():
            return {"prefix": "/proxy", "max_requests": 2}

        def test_settings(mockserver, mock_openai):
            assert (mockserver.settings.prefix, mockserver.settings.max_requests) == ("/proxy", 2)
    """).assert_outcomes(passed=1)


# The environment


def test_proxy_of_the_environment_is_not_asked(suite, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.com")
    suite("""
        import os
        from app import ask
        from sdk import client

        def test_direct(mock_openai):
            mock_openai.on().reply("Hi.")
            assert ask("hello") == "Hi."
            assert client().responses.create(model="m", input="hello").output_text == "Hi."
            assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "example.com,127.0.0.1,localhost,::1"
    """).assert_outcomes(passed=1)


def test_machine_that_needs_no_proxy_already_is_named_once(suite, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "localhost, example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    suite("""
        import os

        def test_hosts(mock_openai):
            assert os.environ["NO_PROXY"] == "localhost,example.com,127.0.0.1,::1"
    """).assert_outcomes(passed=1)


def test_factory_alone_sets_no_variables_for_a_marked_test(suite, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    suite("""
        import os
        import pytest

        @pytest.mark.mockserver(unmatched="answer")
        def test_factory(mock_openai_factory):
            assert mock_openai_factory().unmatched == "answer"
            assert os.environ["OPENAI_API_KEY"] == "sk-own"
    """).assert_outcomes(passed=1)


def test_clients_trust_the_certificate_of_the_server(suite):
    suite("""
        import os
        import pytest
        from app import ask
        from sdk import client

        @pytest.fixture(scope="session")
        def mockserver_config():
            return {"tls": True}

        def test_encrypted(mock_openai):
            mock_openai.on().reply("Hi.")
            assert os.environ["OPENAI_BASE_URL"].startswith("https://")
            assert ask("hello") == "Hi."
            assert client().responses.create(model="m", input="hello").output_text == "Hi."
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ("", {"OPENAI_BASE_URL", "OPENAI_API_KEY"}),
        ("env='azure'", {"AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION"}),
        (
            "env=('openai', 'azure')",
            {
                "OPENAI_BASE_URL",
                "OPENAI_API_KEY",
                "AZURE_OPENAI_ENDPOINT",
                "AZURE_OPENAI_API_KEY",
                "OPENAI_API_VERSION",
            },
        ),
    ],
)
def test_marker_says_whose_variables_are_set(suite, monkeypatch, env, names):
    for name in (
        "OPENAI_BASE_URL",
        "OPENAI_API_KEY",
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_API_KEY",
        "OPENAI_API_VERSION",
    ):
        monkeypatch.delenv(name, raising=False)
    suite(f"""
        import os
        import pytest

        @pytest.mark.mockserver({env})
        def test_set(mock_openai):
            assert {{name for name in os.environ if "OPENAI_" in name}} == {names!r}
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize("name", ["OPENAI_API_BASE", "OPENAI_WEBSOCKET_BASE_URL"])
def test_address_that_a_client_would_ask_first_is_replaced(suite, monkeypatch, name):
    monkeypatch.setenv(name, "https://gateway.example/v1")
    suite(f"""
        import os

        def test_here(mock_openai):
            assert os.environ["{name}"].partition(":")[2] == mock_openai.base_url.partition(":")[2]

        def test_as_it_was():
            assert os.environ["{name}"] == "https://gateway.example/v1"
    """).assert_outcomes(passed=2)


def test_address_that_nobody_has_set_is_not_set(suite, monkeypatch):
    monkeypatch.delenv("OPENAI_API_BASE", raising=False)
    suite("""
        import os

        def test_here(mock_openai):
            assert "OPENAI_API_BASE" not in os.environ
    """).assert_outcomes(passed=1)


def test_environment_of_nobody_is_refused(suite):
    result = suite("""
        import pytest

        @pytest.mark.mockserver(env="gemini")
        def test_wrong(mock_openai):
            pass
    """)

    result.stdout.fnmatch_lines(["*env is 'gemini'; expected 'openai' or 'azure'.*"])


def test_folder_that_hides_the_package_is_named(suite_apart, pytester):
    (pytester.path / "mockserver").mkdir()
    (pytester.path / "mockserver" / "__init__.py").write_text("")
    result = suite_apart("""
        def test_hidden(mock_openai):
            pass
    """)

    result.stdout.fnmatch_lines(["*mockserver hides the package mockserver that this plugin needs: both have*"])
