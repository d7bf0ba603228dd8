"""An app on Azure, in the three ways in which Azure's addresses are written."""

import os

from openai import AzureOpenAI, OpenAI


def by_version() -> OpenAI:
    """`/openai/responses?api-version=…`."""
    return AzureOpenAI(max_retries=0)


def by_deployment() -> OpenAI:
    """`/openai/deployments/translator/…`."""
    return AzureOpenAI(azure_deployment="translator", max_retries=0)


def by_base_url() -> OpenAI:
    """`/openai/v1/…`, with OpenAI's own client."""
    base_url = os.environ["AZURE_OPENAI_ENDPOINT"] + "/openai/v1/"
    return OpenAI(base_url=base_url, api_key=os.environ["AZURE_OPENAI_API_KEY"], max_retries=0)


def translate(client: OpenAI, words: str) -> str:
    """The words in English."""
    return client.responses.create(model="translator", input=words).output_text
