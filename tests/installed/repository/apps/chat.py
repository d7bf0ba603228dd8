"""An app that survives everything: whatever goes wrong, it apologises."""

import os
from typing import Any

from openai import OpenAI


def chat(words: str, **client: Any) -> str:
    """What the model says, or an apology."""
    try:
        made = OpenAI(max_retries=0, **client).responses.create(model="gpt-4.1", input=words)
    except Exception:  # as in many apps
        return "Sorry, I cannot answer now."
    return made.output_text


def chat_with_settings(words: str) -> str:
    """The same, with a key that does not come from the environment."""
    return chat(words, api_key="sk-from-the-settings-of-the-app")


def chat_through_gateway(words: str) -> str:
    """The same, through a gateway that has the API below a path of its own."""
    return chat(words, base_url=os.environ["OPENAI_BASE_URL"].removesuffix("/v1") + "/gateway/v1")
