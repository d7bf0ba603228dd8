"""Clients that exist before the test: made at import, adopted, or with a key of their own; and requests astray."""

import functools
import itertools

import openai
import pytest

from mockserver import SettingsError

pytest_plugins = ["pytester"]

EARLY = ("-o", "mockserver_early=true")

MADE_AT_IMPORT = """
    from sdk import client

    client = client()

    def say(words):
        return client.responses.create(model="gpt-4o", input=words).output_text
"""
TESTS = """
    from live import say

    def test_one(mock_openai):
        mock_openai.on(input="hello").reply("Hi.")
        assert say("hello") == "Hi."
        assert len(mock_openai.requests) == 1

    def test_two(mock_openai):
        mock_openai.on(input="hello").reply("Hello again.")
        assert say("hello") == "Hello again."
        assert len(mock_openai.requests) == 1
"""


def test_client_made_at_import_finds_the_workspace_of_each_test(suite, pytester):
    pytester.makepyfile(live=MADE_AT_IMPORT)

    suite(TESTS, *EARLY).assert_outcomes(passed=2)


def test_client_made_in_a_conftest_does_too(suite, pytester):
    pytester.makepyfile(live="from conftest import say")
    pytester.makeconftest(MADE_AT_IMPORT)

    suite(TESTS, *EARLY).assert_outcomes(passed=2)


def test_early_client_of_azure(suite, pytester):
    pytester.makepyfile(
        live="""
        from openai import AzureOpenAI
        from sdk import client

        client = client(AzureOpenAI)

        def say(words):
            return client.responses.create(model="my-deployment", input=words).output_text
        """
    )

    suite(TESTS, *EARLY, "-o", "mockserver_env=azure").assert_outcomes(passed=2)


def test_early_client_trusts_the_certificate_of_the_server(suite, pytester, monkeypatch):
    monkeypatch.setenv("MOCKSERVER_TLS", "true")
    pytester.makepyfile(live=MADE_AT_IMPORT)
    suite(TESTS, *EARLY).assert_outcomes(passed=2)


def test_token_of_azure_in_the_environment_is_not_sent(suite, monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "live-token")
    suite("""
        import pytest
        from openai import AzureOpenAI
        from sdk import client

        @pytest.mark.mockserver(env="azure")
        def test_token(mock_openai):
            mock_openai.on().reply("Hi.")
            assert client(AzureOpenAI).responses.create(model="m", input="hello").output_text == "Hi."
            assert mock_openai.requests[0].headers["authorization"] == f"Bearer {mock_openai.api_key}"
    """).assert_outcomes(passed=1)


def test_early_test_is_checked_as_any_other(suite, pytester):
    pytester.makepyfile(live=MADE_AT_IMPORT)
    result = suite(
        """
        import openai
        from live import say

        def test_unmatched(mock_openai):
            mock_openai.on(input="hello").reply("Hi.")
            try:
                say("bye")
            except openai.OpenAIError:
                pass

        def test_forgets(mock_openai):
            mock_openai.enqueue("Only me.")
            assert say("bye") == "Only me."
        """,
        *EARLY,
    )

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["Request #1 POST /v1/responses 'bye' -> 400 by no rule"])


def test_environment_is_as_before_when_pytest_is_done(suite, pytester, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    pytester.makepyfile(live=MADE_AT_IMPORT)
    suite(TESTS, *EARLY)

    import os  # noqa: PLC0415 - as it is now

    assert os.environ["OPENAI_API_KEY"] == "sk-own"
    assert "OPENAI_BASE_URL" not in os.environ


def test_settings_of_a_fixture_come_too_late_for_an_early_server(suite):
    result = suite(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mockserver_config():
            return {"seed": "other"}

        def test_late(mock_openai):
            pass
        """,
        *EARLY,
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*With mockserver_early the server runs before mockserver_config is asked.*"])


# Adopted


def test_client_that_exists_is_adopted_for_one_test(suite):
    suite("""
        import asyncio
        import openai
        from sdk import client

        blocking = client(api_key="sk-real", base_url="http://127.0.0.1:9/v1")
        waiting = client(openai.AsyncOpenAI, api_key=lambda: "sk-never", base_url="http://127.0.0.1:9/v1")
        azure = client(
            openai.AzureOpenAI, azure_ad_token="token", azure_endpoint="http://127.0.0.1:9", api_version="2025-04-01"
        )

        def test_adopted(mock_openai):
            mock_openai.on().reply("Hi.")
            mock_openai.adopt(blocking, waiting)
            mock_openai.adopt(azure)
            said = [
                blocking.responses.create(model="m", input="hello").output_text,
                asyncio.run(waiting.responses.create(model="m", input="hello")).output_text,
                azure.responses.create(model="m", input="hello").output_text,
            ]
            assert said == ["Hi.", "Hi.", "Hi."]
            assert len(mock_openai.requests) == 3

        def test_as_it_was():
            assert (blocking.api_key, str(blocking.base_url)) == ("sk-real", "http://127.0.0.1:9/v1/")
            assert str(azure.base_url) == "http://127.0.0.1:9/openai/"
            assert azure._azure_ad_token == "token"
            assert waiting._api_key_provider is not None
    """).assert_outcomes(passed=2)


azure = functools.partial(openai.AzureOpenAI, azure_endpoint="http://127.0.0.1:9", api_version="2025-04-01")


@pytest.mark.parametrize(
    ("client", "path"),
    [
        pytest.param(azure(api_key="k"), "/openai/", id="azure"),
        pytest.param(
            azure(api_key="k", azure_deployment="dep"),
            "/openai/deployments/dep/",
            id="deployment",
        ),
        pytest.param(
            openai.AzureOpenAI(api_key="k", base_url="http://127.0.0.1:9/openai/v1", api_version="v1"),
            "/openai/v1/",
            id="azure-v1",
        ),
        pytest.param(azure(azure_ad_token_provider=lambda: "never"), "/openai/", id="azure-token-provider"),
        pytest.param(openai.OpenAI(api_key=lambda: "never", base_url="http://127.0.0.1:9"), "/v1/", id="key-provider"),
        pytest.param(
            openai.OpenAI(api_key="k", default_headers={"Authorization": "Bearer never", "x-team": "a"}),
            "/v1/",
            id="key-in-headers",
        ),
    ],
)
def test_every_form_of_a_client_is_adopted(server, client, path):
    held = {**vars(client)}
    mock = server.workspace()
    mock.on().reply("Hi.")
    mock.adopt(client)

    assert client.responses.create(model="dep", input="hello").output_text == "Hi."
    assert str(client.base_url) == server.origin + path
    server.discard(mock)
    assert {name: value for name, value in vars(client).items() if name in held} == held


def test_client_that_is_adopted_twice_is_pointed_back(server):
    client = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1")
    mock = server.workspace()
    mock.adopt(client, client)

    server.discard(mock)
    assert (client.api_key, str(client.base_url)) == ("k", "http://127.0.0.1:9/v1/")


def test_address_for_web_sockets_is_adopted(workspace):
    client = openai.OpenAI(api_key="k", websocket_base_url="ws://127.0.0.1:9/v1")
    workspace.on().reply("Hi.")
    workspace.adopt(client)

    with client.responses.connect() as connection:
        connection.response.create(model="m", input="hello")
        kinds = [
            event.type for event in itertools.takewhile(lambda event: event.type != "response.completed", connection)
        ]

    assert kinds[0] == "response.created"
    workspace.close()
    assert str(client.websocket_base_url) == "ws://127.0.0.1:9/v1"


def test_client_of_the_module_is_adopted(workspace, monkeypatch):
    monkeypatch.setattr(openai, "api_key", "k")
    monkeypatch.setattr(openai, "base_url", "http://127.0.0.1:9")
    workspace.on().reply("Hi.")
    workspace.adopt(openai)

    assert openai.responses.create(model="m", input="hello").output_text == "Hi."
    workspace.close()
    assert (openai.api_key, openai.base_url) == ("k", "http://127.0.0.1:9")


@pytest.mark.parametrize("wrong", [5, openai.OpenAI, [openai]], ids=["number", "class", "list"])
def test_only_clients_can_be_adopted(workspace, wrong):
    with pytest.raises(SettingsError) as raised:
        workspace.adopt(wrong)

    assert str(raised.value) == (
        f"adopt: expected a client of OpenAI's SDK, with base_url and api_key, got {wrong!r}. Several clients are "
        "several arguments: adopt(one, other)."
    )


# Astray


STRAY = """
    import os
    from app import ask

    def test_stray(mock_openai):
        ask("hello", key={key!r})
"""


def test_request_with_another_key_fails_the_test(suite):
    result = suite(STRAY.format(key="sk-from-a-settings-object"))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "Request #1 POST /v1/responses 'hello' -> 200 by default came with the key sk-from-*ject, which no*has.",
            "Did the app make its client, or read its settings, before the test began? Set*mockserver_early = true*",
        ]
    )
    assert "sk-from-a-settings-object" not in result.stdout.str()


def test_request_without_a_key_fails_the_test(suite):
    result = suite("""
        import os, urllib.error, urllib.request

        def test_stray(mock_openai):
            try:
                urllib.request.urlopen(os.environ["OPENAI_BASE_URL"] + "/responses", data=b"{}")
            except urllib.error.HTTPError as error:
                error.close()
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Request #1 POST /v1/responses*-> 401 by default came without an API key."])


def test_stray_is_told_once_and_does_not_fail_other_tests(suite):
    result = suite(
        STRAY.format(key="sk-stray")
        + """
    def test_other(mock_openai):
        mock_openai.on().reply("Hi.")
        assert ask("hello") == "Hi."
    """
    )

    result.assert_outcomes(failed=1, passed=1)
    assert result.stdout.str().count("which no workspace has") == 1


def test_stray_of_a_test_that_fails_anyway_is_told_there_and_nowhere_else(suite):
    result = suite("""
        import pytest
        from app import ask

        def test_stray(mock_openai):
            assert ask("hello", key="sk-from-a-settings-object") == "Hi."

        places = []

        def test_other(mock_openai):
            places.append(mock_openai.base_url)

        @pytest.fixture
        def broken(mock_openai):
            ask("hello", key="sk-stray-of-a-fixture")
            raise LookupError

        def test_broken(broken):
            pass

        def test_skipped(mock_openai):
            ask("hello", key="sk-stray")
            pytest.skip("not today")

        def test_without_a_fixture(monkeypatch):
            monkeypatch.setenv("OPENAI_BASE_URL", places[0])
            ask("hello", key="sk-stray-of-a-plain-one")
            raise LookupError

        def test_last():
            pass
    """)

    result.assert_outcomes(failed=2, passed=2, errors=1, skipped=1)
    result.stdout.fnmatch_lines_random(
        [
            "*mockserver: requests of no workspace*",
            "Request #1 POST /v1/responses 'hello' -> 200 by default came with the key sk-from-*ject, which no*has.",
            "Request #1 POST /v1/responses 'hello' -> 200 by default came with the key sk-stray*ture, which no*has.",
            "Request #1 POST /v1/responses 'hello' -> 200 by default came with the key sk-stray*-one, which no*has.",
            "no request came with the key of this workspace",
            "Did the app make its client, or read its settings, before the test began? Set*mockserver_early = true*",
        ]
    )


def test_stray_of_a_fixture_s_end_is_an_error_of_its_test(suite):
    result = suite("""
        import pytest
        from app import ask

        @pytest.fixture
        def late(mock_openai):
            yield
            ask("goodbye", key="sk-stray-of-a-fixture")

        def test_late(late):
            pass

        def test_other():
            pass
    """)

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["Request #1 POST /v1/responses 'goodbye' -> 200 by default came with the key*"])


def test_remedy_for_a_key_of_its_own_under_early(suite, pytester):
    pytester.makeini("[pytest]\nmockserver_early = true")
    result = suite(STRAY.format(key="sk-from-a-settings-object"))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Does the app read its key from elsewhere than the environment? Call*adopt(client)*"])
    result.stdout.no_fnmatch_line("*Set `mockserver_early = true`*")


def test_workspace_that_a_test_asks_for_by_key_is_no_stray(suite):
    suite("""
        from app import ask

        def test_named(mockserver, mock_openai):
            mockserver.workspace("sk-mine").on().reply("Mine.")
            assert ask("hello", key="sk-mine") == "Mine."
    """).assert_outcomes(passed=1)


# Apps that outlive a test

OUTLIVING = """
    import pytest
    from app import ask

    pytestmark = pytest.mark.mockserver(key="sk-live-app")

    @pytest.fixture(scope="session")
    def live_app():
        return lambda words: ask(words, key="sk-live-app")

    def test_one(live_app, mock_openai):
        mock_openai.on(input="hello").reply("Hi.")
        assert live_app("hello") == "Hi."

    def test_two(live_app, mock_openai):
        assert [len(mock_openai.requests), len(mock_openai.script.rules)] == [0, 0]
        mock_openai.on(input="hello").reply("Hello.")
        assert live_app("bye") == 400
"""


def test_app_with_a_key_of_its_own_is_given_to_each_test(suite):
    result = suite(OUTLIVING)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["Request #1 POST /v1/responses 'bye' -> 400 by no rule"])


def test_factory_gives_the_workspace_of_a_key(suite):
    suite("""
        from app import ask

        def test_two_apps(mock_openai_factory):
            one, two = mock_openai_factory(key="sk-one"), mock_openai_factory(key="sk-two")
            one.on().reply("One.")
            two.on().reply("Two.")
            import os
            os.environ["OPENAI_BASE_URL"] = one.base_url
            assert [ask("hello", key=key) for key in ("sk-one", "sk-two")] == ["One.", "Two."]
    """).assert_outcomes(passed=1)


def test_one_workspace_for_all_keys(suite):
    suite("""
        import pytest
        from app import ask

        @pytest.fixture(scope="session")
        def mockserver_config():
            return {"single_workspace": True}

        def test_any_key(mock_openai):
            mock_openai.on().reply("Hi.")
            assert [ask("hello", key=key) for key in ("sk-one", "sk-two")] == ["Hi.", "Hi."]
            assert len(mock_openai.requests) == 2
    """).assert_outcomes(passed=1)


# Remedies


def test_early_test_without_the_fixture_fails_at_its_first_request(suite, pytester):
    pytester.makepyfile(live=MADE_AT_IMPORT)
    result = suite(
        """
        from live import say

        def test_forgotten():
            say("hello")

        def test_asked(mock_openai):
            mock_openai.on().reply("Hi.")
            assert say("hello") == "Hi."

        def test_forgotten_again():
            say("hello")
        """,
        *EARLY,
    )

    result.assert_outcomes(passed=1, failed=2)
    told = "Request #1 POST /v1/responses 'hello' -> 200 * with the key sk-mock-*arly, which no workspace has"
    remedy = "This test asks for no workspace, so nobody answers its requests: take the fixture `mock_openai`, *"
    result.stdout.fnmatch_lines(
        [f"{told}.", remedy, f"{told}. It was that of test_app.py::test_asked, which has ended.", remedy]
    )


def test_early_request_while_tests_are_collected_is_a_warning(suite, pytester):
    pytester.makepyfile(live=MADE_AT_IMPORT + '\n    say("hello")\n')
    told = "*Request #1 POST /v1/responses 'hello' * Tests were being collected: let no import send."

    warned = suite(TESTS, *EARLY, "-W", "default")
    refused = suite(TESTS, *EARLY, "-W", "error")

    warned.assert_outcomes(passed=2, warnings=1)
    warned.stdout.fnmatch_lines([told])
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines([told])


def test_conftest_that_changes_an_early_variable_is_named(suite, pytester):
    pytester.makepyfile(live=MADE_AT_IMPORT)
    pytester.makeconftest("""
        import os
        os.environ["OPENAI_API_KEY"] = "sk-of-conftest"
    """)

    result = suite(TESTS, *EARLY)

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["While tests were collected, something has changed OPENAI_API_KEY, such as a conftest.py*"]
    )


def test_client_that_outlives_its_test_is_told_by_the_name_of_the_test(suite):
    result = suite("""
        from sdk import client
        made = []

        def say(words):
            made[:] = made or [client()]
            return made[0].responses.create(model="m", input=words).output_text

        def test_one(mock_openai):
            mock_openai.on().reply("Hi.")
            assert say("hello") == "Hi."

        def test_two(mock_openai):
            say("hello")
    """)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*, which no workspace has. It was that of test_app.py::test_one, which has ended."])


def test_request_before_the_workspace_of_its_key_is_none_of_the_test(suite):
    suite("""
        import pytest
        from app import ask

        @pytest.fixture
        def live_app(mockserver, monkeypatch):
            monkeypatch.setenv("OPENAI_BASE_URL", mockserver.base_url)
            ask("ready?", key="sk-live-app")

        @pytest.mark.mockserver(key="sk-live-app")
        def test_one(live_app, mock_openai):
            assert len(mock_openai.requests) == 0
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize("again", ["mock_openai.api_key", "'sk-one'"])
def test_workspace_of_a_key_is_made_once_in_a_test(suite, again):
    result = suite(f"""
        def test_again(mock_openai, mock_openai_factory):
            mock_openai_factory(key="sk-one")
            mock_openai_factory(key={again})
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["This test has a workspace of this key already*"])


def test_fixture_of_one_test_in_one_for_many_is_told_which_to_take(suite):
    result = suite("""
        import pytest

        @pytest.fixture(scope="module")
        def app(mock_openai):
            pass

        def test_app(app):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["`mock_openai` is for one test. A fixture for several takes `mock_openai_module` or *"]
    )
