"""Settings: defaults, and values that cannot work."""

from dataclasses import fields, replace

import pytest

from mockserver import MockServer, Pace, RealClock, Settings, SettingsError, load_settings
from mockserver.cli import main, parsed
from mockserver.commands.servers import stated_settings


def test_defaults_are_safe():
    settings = Settings()

    assert (settings.host, settings.port, settings.api_keys) == ("127.0.0.1", 0, ())
    assert settings.body_limit == 67_108_864


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"port": -1}, "port is -1; expected 0 (any free port) to 65535.", id="port-below"),
        pytest.param({"port": 65_536}, "port is 65536; expected 0 (any free port) to 65535.", id="port-above"),
        pytest.param({"body_limit": 0}, "body_limit is 0; expected at least 1.", id="body-limit"),
        pytest.param({"max_responses": 0}, "max_responses is 0; expected at least 1.", id="bound"),
        pytest.param({"unknown_ids": "maybe"}, "unknown_ids is 'maybe'; expected refuse or synthesize.", id="choice"),
        pytest.param(
            {"unknown_parameters": "ignore"}, "unknown_parameters is 'ignore'; expected refuse or accept.", id="policy"
        ),
        pytest.param({"tls": True, "certfile": "a.pem"}, "tls makes a certificate, and certfile names one;", id="tls"),
        pytest.param({"api_keys": ("a", " ")}, "api_keys holds an empty key;", id="empty-key"),
    ],
)
def test_value_that_cannot_work_is_an_error(change, said):
    with pytest.raises(SettingsError) as caught:
        Settings(**change)

    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("port", [0, 1, 65_535])
def test_ports_at_the_bounds_are_good(port):
    assert replace(Settings(), port=port).port == port


def test_every_setting_is_an_option_of_the_command():
    options = [value for one in fields(Settings) for value in stated(one)]
    read = vars(parsed(["serve", *options]))

    assert {one.name for one in fields(Settings)} <= set(read)


def stated(one):
    """An option of the command line for a field."""
    name = "--" + (one.metadata["option"] or one.name.replace("_", "-"))
    if isinstance(one.default, bool):
        return [name]
    value = (one.metadata["choices"] or ("1",))[0]
    return [name, value]


# Configured by the project

FILE = """
[tool.mockserver]
max-bytes = 1000
pace = 40
cors = true
redact = ["email", "acme-[0-9]+"]
unmatched = "answer"
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    for one in fields(Settings):
        monkeypatch.delenv(f"MOCKSERVER_{one.name.upper()}", raising=False)
    (tmp_path / "pyproject.toml").write_text(FILE)
    return tmp_path


def test_project_configures_settings(project):
    (project / "deep" / "inside").mkdir(parents=True)
    settings = load_settings(project / "deep" / "inside")

    assert (settings.max_bytes, settings.pace, settings.cors) == (1000, 40.0, True)
    assert (settings.redact, settings.unmatched) == (("email", "acme-[0-9]+"), "answer")
    assert settings.max_requests == Settings().max_requests


def test_variables_win_over_the_file_and_what_is_stated_over_both(project, monkeypatch):
    values = {"MAX_BYTES": "2000", "PACE": "0.5", "CORS": "False", "REDACT": "one, two", "SEED": "7", "PREFIX": "/x"}
    for name, value in values.items():
        monkeypatch.setenv(f"MOCKSERVER_{name}", value)
    settings = load_settings(project, prefix="/y")

    assert (settings.max_bytes, settings.pace, settings.cors) == (2000, 0.5, False)
    assert (settings.redact, settings.seed, settings.prefix) == (("email", "acme-[0-9]+", "one", "two"), "7", "/y")


def test_patterns_to_redact_add_up(project, monkeypatch):
    monkeypatch.setenv("MOCKSERVER_REDACT", "two,email")

    assert load_settings(project, redact=("three", "two")).redact == ("email", "acme-[0-9]+", "two", "three")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("max_byte = 5", "[tool.mockserver] max_byte is not a setting. Did you mean 'max_bytes'?"),
        ("max_bytes = true", "[tool.mockserver] max_bytes is True; expected a whole number."),
        ('pace = "fast"', "[tool.mockserver] pace is 'fast'; expected a number."),
        ("cors = 1", "[tool.mockserver] cors is 1; expected true or false."),
        ("seed = 5", "[tool.mockserver] seed is 5; expected text."),
        ('redact = "email"', "[tool.mockserver] redact is 'email'; expected a list of texts."),
        ("redact = [1]", "[tool.mockserver] redact is [1]; expected a list of texts."),
        ("= 5", "cannot be read: "),
        ('unmatched = "fals"', "[tool.mockserver] unmatched: unmatched is 'fals'; expected fail or answer."),
    ],
)
def test_what_a_file_says_wrongly_is_an_error_that_names_it(tmp_path, line, said):
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[tool.mockserver]\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)

    assert str(caught.value).startswith(str(file))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAX_BYTES", "many", "MOCKSERVER_MAX_BYTES is 'many'; expected a whole number."),
        ("PACE", "fast", "MOCKSERVER_PACE is 'fast'; expected a number."),
        ("CORS", "yes", "MOCKSERVER_CORS is 'yes'; expected true or false."),
        ("UNMATCHED", "fals", "MOCKSERVER_UNMATCHED: unmatched is 'fals'; expected fail or answer."),
        ("MAX_BITES", "5", "MOCKSERVER_MAX_BITES is not a setting. Did you mean 'MOCKSERVER_MAX_BYTES'?"),
        ("PORT", "99999", "MOCKSERVER_PORT: port is 99999; expected 0 (any free port) to 65535."),
    ],
)
def test_what_a_variable_says_wrongly_is_an_error_that_names_it(tmp_path, monkeypatch, name, value, said):
    monkeypatch.setenv(f"MOCKSERVER_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)

    assert str(caught.value) == said


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nmockserver = 3"])
def test_file_without_a_table_of_settings_is_an_error(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"pyproject\.toml: \[tool\.mockserver\] is 3; expected a table"):
        load_settings(tmp_path)


def test_variables_of_other_programs_are_left_alone(tmp_path, monkeypatch):
    for name in ("LOG_LEVEL", "UPSTREAM_KEY", "PORT_8080_TCP", "SERVICE_HOST"):
        monkeypatch.setenv(f"MOCKSERVER_{name}", "anything")

    assert load_settings(tmp_path) == Settings()


def test_paths_in_a_file_start_at_its_folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.mockserver]\nfixtures = ["rules", "/abs.yaml"]\nreplay = ["a.yaml"]\nprofile = "own.yaml"\n'
    )
    (tmp_path / "own.yaml").touch()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    settings = load_settings()

    assert settings.fixtures == (str(tmp_path / "rules"), "/abs.yaml")
    assert (settings.replay, settings.profile) == ((str(tmp_path / "a.yaml"),), str(tmp_path / "own.yaml"))


def test_profile_in_a_file_may_be_a_name(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.mockserver]\nprofile = "vllm"\ncertfile = ""\n')

    assert load_settings(tmp_path) == Settings(profile="vllm")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fixtures": "a.yaml"}, "fixtures is 'a.yaml'; expected a list of texts."),
        ({"port": "8080"}, "port is '8080'; expected a number."),
    ],
)
def test_value_of_another_kind_is_an_error(change, said):
    with pytest.raises(SettingsError) as caught:
        Settings(**change)

    assert str(caught.value) == said


def test_command_takes_the_project_s_settings(project, monkeypatch):
    monkeypatch.chdir(project)
    options = parsed(["serve", "--pace", "3"])
    settings = stated_settings(options)

    assert (settings.port, settings.max_bytes, settings.pace) == (8080, 1000, 3.0)


def test_options_of_replay_leave_its_cassettes_alone(project, monkeypatch):
    monkeypatch.chdir(project)
    settings = stated_settings(parsed(["replay", "--ignore", "a.b", "--ignore", "c", "one.yaml", "two.yaml"]))

    assert (settings.ignore, settings.replay) == (("a.b", "c"), ("one.yaml", "two.yaml"))


def test_record_says_what_it_needs(project, monkeypatch, capsys):
    monkeypatch.chdir(project)

    assert main(["record"]) == 2
    assert "record needs --upstream, where requests go, and --cassette" in capsys.readouterr().err


# What settings do to a workspace


def test_settings_set_up_every_workspace():
    with MockServer(Settings(unmatched="answer", pace=40, clock="real")) as server:
        space = server.workspace().space

    assert (space.unmatched, space.pace) == ("answer", Pace(rate=40))
    assert isinstance(space.clock, RealClock)


@pytest.mark.parametrize("host", ["", " "])
def test_host_of_an_unset_variable_is_refused(host):
    """An empty address would be all of them."""
    with pytest.raises(SettingsError, match="host is empty"):
        Settings(host=host)
