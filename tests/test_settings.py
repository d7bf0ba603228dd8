"""Settings: defaults, and values that cannot work."""

from dataclasses import fields, replace

import pytest

from mockserver import Settings, SettingsError
from mockserver.cli import _parser


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
    options = vars(_parser().parse_args(["serve"]))

    assert {one.name for one in fields(Settings)} <= set(options)
