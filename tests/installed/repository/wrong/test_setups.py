"""Set-ups that cannot work: each test fails, and says what to do."""

import os
import urllib.error
import urllib.request

import pytest
from apps.chat import chat, chat_through_gateway, chat_with_settings
from openai import AzureOpenAI, OpenAI

early = OpenAI(api_key="sk-live", max_retries=0)  # no fixture has set the environment yet


@pytest.mark.usefixtures("block_network")
def test_client_made_at_import(mock_openai):
    mock_openai.on().reply("Hi.")

    assert early.responses.create(model="gpt-4.1", input="hello").output_text == "Hi."


def test_swallowed_miss(mock_openai):
    mock_openai.on(input="weather").reply("Sunny.")

    assert chat("hello").startswith("Sorry")


def test_key_of_a_settings_object(mock_openai):
    chat_with_settings("hello")


def test_no_key(mock_openai):
    url = os.environ["OPENAI_BASE_URL"] + "/responses"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(url, data=b"{}"))
    caught.value.close()


def test_path_of_a_gateway(mock_openai):
    mock_openai.on().reply("Hi.")

    assert chat_through_gateway("hello").startswith("Sorry")


def test_azure_without_its_variables(mock_openai):
    AzureOpenAI()


def test_route_that_nobody_serves(mock_openai):
    with OpenAI(max_retries=0) as client:
        client.files.list()


def test_misspelt_condition(mock_openai):
    mock_openai.on(imput="hello").reply("Hi.")


@pytest.mark.mockserver(unmached="answer")
def test_misspelt_option(mock_openai):
    pass


@pytest.mark.mockserver(env="gemini")
def test_unknown_environment(mock_openai):
    pass


@pytest.mark.cassette("greeting")
def test_cassette_that_does_not_exist(mock_openai):
    pass
