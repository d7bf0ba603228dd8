"""The marker: how it sets up a test's workspaces, and what it refuses."""

import inspect

import pytest

from mockserver.replay import ReplayKeywords
from pytest_plugin import cassettes

pytest_plugins = ["pytester"]

RULES = """
- when: {input: weather}
  reply: Sunny.
"""


@pytest.fixture(autouse=True)
def rules(pytester):
    (pytester.mkdir("rules") / "weather.yaml").write_text(RULES)


def test_fixtures_are_loaded_from_the_root_folder(suite, pytester, monkeypatch):
    pytester.makeini("[pytest]")
    monkeypatch.chdir(pytester.mkdir("elsewhere"))
    result = suite(
        """
        import pytest
        from app import ask

        @pytest.mark.mockserver(fixtures="rules/weather.yaml")
        def test_one_file(mock_openai):
            assert ask("The weather?") == "Sunny."

        @pytest.mark.mockserver(fixtures=["rules"])
        def test_folders(mock_openai):
            assert ask("The weather?") == "Sunny."
        """,
        f"--rootdir={pytester.path}",
        str(pytester.path / "test_app.py"),
    )

    result.assert_outcomes(passed=2)


def test_broken_fixture_file_is_an_error_with_line_and_cause(suite, pytester):
    (pytester.path / "rules" / "broken.yaml").write_text("- when: {input: hi}\n  replay: Hello.\n")
    result = suite("""
        import pytest

        @pytest.mark.mockserver(fixtures="rules/broken.yaml")
        def test_broken(mock_openai):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*broken.yaml:2: replay: unknown key 'replay'. Did you mean 'reply'?*"])


def test_pace_is_that_of_all_replies_that_have_none(suite):
    result = suite("""
        import pytest
        from mockserver import Pace

        @pytest.mark.mockserver(pace=50)
        def test_number(mock_openai):
            assert mock_openai.pace == Pace(rate=50)

        @pytest.mark.mockserver(pace=Pace(first=0.25))
        def test_pace(mock_openai):
            assert mock_openai.pace == Pace(first=0.25)
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("said", "status"),
    [pytest.param("unmatched='answer'", "passed", id="answer"), pytest.param("unmatched='fail'", "failed", id="fail")],
)
def test_unmatched_says_what_becomes_of_requests_without_a_rule(suite, said, status):
    result = suite(f"""
        import pytest
        from app import ask

        @pytest.mark.mockserver({said})
        def test_policy(mock_openai):
            if {status == "passed"}:
                mock_openai.on(input="never").reply("This one.")
            ask("Something else")
    """)

    result.assert_outcomes(**{status: 1})


def test_clock_may_be_a_clock_or_a_class_that_makes_one_for_each_workspace(suite):
    result = suite("""
        import pytest
        from mockserver import FrozenClock, ManualClock

        NOON = FrozenClock(43_200)

        @pytest.mark.mockserver(clock=ManualClock)
        def test_class(mock_openai, mock_openai_factory):
            other = mock_openai_factory()
            assert isinstance(mock_openai.clock, ManualClock) and isinstance(other.clock, ManualClock)
            assert mock_openai.clock is not other.clock

        @pytest.mark.mockserver(clock=NOON)
        def test_clock(mock_openai):
            assert mock_openai.clock is NOON
    """)

    result.assert_outcomes(passed=2)


def test_profile_is_the_provider_to_imitate(suite):
    result = suite("""
        import pytest

        @pytest.mark.mockserver(profile="new-api")
        def test_known(mock_openai):
            assert mock_openai.profile == "new-api"

        @pytest.mark.mockserver(profile="nobody")
        def test_unknown(mock_openai):
            pass
    """)

    result.assert_outcomes(passed=1, errors=1)


def test_unknown_parameters_are_refused_or_accepted(suite):
    result = suite("""
        import openai
        import pytest

        def send():
            return openai.OpenAI().responses.create(model="gpt-4o", input="Hi", extra_body={"mood": 1}).status

        @pytest.mark.mockserver(unknown_parameters="accept")
        def test_accepted(mock_openai):
            assert send() == "completed"

        def test_refused(mock_openai):
            with pytest.raises(openai.BadRequestError):
                send()

        @pytest.mark.mockserver(unknown_parameters="ignore")
        def test_unknown(mock_openai):
            pass
    """)

    result.assert_outcomes(passed=2, errors=1)


def test_encrypted_content_is_what_is_accepted(suite):
    result = suite("""
        import pytest

        @pytest.mark.mockserver(encrypted_content="own")
        def test_known(mock_openai):
            assert mock_openai.encrypted_content == "own"

        @pytest.mark.mockserver(encrypted_content="mine")
        def test_unknown(mock_openai):
            pass
    """)

    result.assert_outcomes(passed=1, errors=1)


IDLE = """
    import pytest
    from app import ask

    def test_default(mock_openai):
        mock_openai.on(input="hello").reply("Hi.")
        mock_openai.on(input="never").named("idle").reply("Never.")
        assert ask("hello") == "Hi."

    @pytest.mark.mockserver(all_used=True)
    def test_marked(mock_openai):
        mock_openai.on(input="hello").reply("Hi.")
        mock_openai.on(input="never").named("idle").reply("Never.")
        assert ask("hello") == "Hi."

    @pytest.mark.mockserver(all_used=False)
    def test_unmarked(mock_openai):
        mock_openai.on(input="never").named("idle").reply("Never.")
"""


def test_rule_that_answers_nothing_fails_the_test_where_all_are_to_be_used(suite):
    result = suite(IDLE)

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["Rule idle (test_app.py:*) answered no request, and all_used asks for one.*"])


def test_all_rules_are_to_be_used_where_the_configuration_says_so(suite):
    suite(IDLE, "-o", "mockserver_all_used=true").assert_outcomes(passed=1, failed=2)


def test_nearest_marker_wins_option_by_option(suite):
    result = suite("""
        import pytest
        from mockserver import Pace

        pytestmark = pytest.mark.mockserver(pace=10, unmatched="answer")

        class TestAgent:
            pytestmark = pytest.mark.mockserver(pace=20)

            @pytest.mark.mockserver(pace=30)
            def test_method(self, mock_openai):
                assert (mock_openai.pace, mock_openai.unmatched) == (Pace(rate=30), "answer")

            def test_class(self, mock_openai):
                assert (mock_openai.pace, mock_openai.unmatched) == (Pace(rate=20), "answer")
    """)

    result.assert_outcomes(passed=2)


def test_marker_holds_for_every_workspace_of_the_factory(suite):
    result = suite("""
        import pytest
        from app import ask

        @pytest.mark.mockserver(fixtures="rules")
        def test_two(mock_openai, mock_openai_factory):
            other = mock_openai_factory()
            assert ask("The weather?", key=other.api_key) == ask("The weather?") == "Sunny."
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "told", "hint"),
    [
        pytest.param("fixture='rules'", "fixture", " Did you mean 'fixtures'?", id="unknown keyword"),
        pytest.param("zeal=1", "zeal", "", id="keyword like no other"),
        pytest.param("'rules'", "'rules'", "", id="positional"),
    ],
)
def test_wrong_use_of_the_marker_is_an_error_that_names_what_it_takes(suite, arguments, told, hint):
    result = suite(f"""
        import pytest

        @pytest.mark.mockserver({arguments})
        def test_wrong(mock_openai):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"The mockserver marker got {told}; it takes mockserver(fixtures=(), pace=None, *env=('openai',)).{hint}"]
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param("unmatched='ignore'", "unmatched is 'ignore'; expected 'fail' or 'answer'.", id="unmatched"),
        pytest.param("pace='fast'", "rate: expected a number, got a string 'fast'.", id="pace"),
        pytest.param("profile='azure'", "There is no profile 'azure'. Did you mean 'azure-openai'?*", id="profile"),
        pytest.param("key=''", "the API key of a workspace is ''; expected a text that is not empty.", id="key"),
        pytest.param(
            "env='azur'", "env is 'azur'; expected 'openai' or 'azure'. For both: ('openai', 'azure').", id="env"
        ),
    ],
)
def test_wrong_value_of_the_marker_is_told_without_a_traceback(suite, arguments, told):
    result = suite(f"""
        import pytest

        @pytest.mark.mockserver({arguments})
        def test_wrong():
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"The mockserver marker*: {told}"])
    result.stdout.no_fnmatch_line("*pytest_plugin*")


@pytest.mark.parametrize("early", ["true", "false"])
@pytest.mark.parametrize(
    ("option", "told"),
    [
        pytest.param(
            "mockserver_all_used=maybe",
            "ERROR: mockserver_all_used in the configuration of pytest: *'maybe'; expected true or false.",
            id="flag",
        ),
        pytest.param(
            "mockserver_env=openai, azure",
            "ERROR: mockserver_env is 'openai,'; expected 'openai' or 'azure'. For both: openai azure.",
            id="env",
        ),
    ],
)
def test_wrong_value_in_the_configuration_ends_the_run(suite, early, option, told):
    result = suite("def test_nothing(): pass", "-o", f"mockserver_early={early}", "-o", option)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_wrong_setting_is_told_without_a_traceback(suite, monkeypatch):
    monkeypatch.setenv("MOCKSERVER_UNMATCHED", "yes")
    told = "*The settings of mockserver: MOCKSERVER_UNMATCHED: unmatched is 'yes'; expected fail or answer."

    late = suite("def test_wrong(mock_openai): pass")
    early = suite("def test_wrong(mock_openai): pass", "-o", "mockserver_early=true")

    late.stdout.fnmatch_lines([told])
    late.stdout.no_fnmatch_line("*pytest_plugin*")
    assert early.ret == pytest.ExitCode.USAGE_ERROR
    early.stderr.fnmatch_lines([told])


def test_misspelt_option_of_a_cassette_names_its_marker(suite):
    result = suite("""
        import pytest

        @pytest.mark.cassette(ingore=["metadata"])
        def test_wrong():
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["The cassette marker got ingore; it takes cassette(*names, speed=0, *). Did you mean 'ignore'?"]
    )


def test_marker_of_cassettes_takes_what_replaying_takes():
    assert {*cassettes.KEYWORDS} == {*inspect.get_annotations(ReplayKeywords)}
    assert [name for name in cassettes.KEYWORDS if f" {name}=" not in cassettes.MARKER] == []


def test_marker_is_known_to_strict_suites(suite):
    result = suite(
        """
        import pytest

        @pytest.mark.mockserver(unmatched="answer")
        def test_marked():
            pass
        """,
        "--strict-markers",
    )

    result.assert_outcomes(passed=1)
