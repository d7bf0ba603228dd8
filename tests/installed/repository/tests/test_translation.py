import pytest
from apps.translation import by_base_url, by_deployment, by_version, translate

pytestmark = pytest.mark.mockserver(env="azure")


@pytest.mark.parametrize("make_client", [by_version, by_deployment, by_base_url])
def test_words_are_translated(mock_openai, make_client):
    mock_openai.on(input="bonjour", model="translator").reply("Hello.")

    assert translate(make_client(), "Bonjour !") == "Hello."
