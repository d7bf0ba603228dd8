"""Named so that pytest collects it only when it is asked to."""

import pytest


@pytest.fixture(scope="session")
def mockserver_config():
    return {"seed": "other"}


def test_settings_come_too_late(mock_openai):
    pass
