"""An app whose client is made when it is imported."""

from openai import OpenAI

client = OpenAI(max_retries=0)


def triage(ticket: str) -> str:
    """The team that a ticket belongs to."""
    return client.responses.create(model="gpt-4.1-mini", input=ticket).output_text
