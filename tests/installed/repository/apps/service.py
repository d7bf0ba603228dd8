"""A web service that is started once, with a key of its own, and answers many users."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import OpenAI


@dataclass(frozen=True)
class Settings:
    """What the service is configured with."""

    base_url: str
    api_key: str


def make_app(settings: Settings) -> FastAPI:
    """The service."""
    client = OpenAI(base_url=settings.base_url, api_key=settings.api_key, max_retries=0)
    app = FastAPI()

    @app.get("/answer")
    def answer(question: str) -> dict[str, str]:
        return {"answer": client.responses.create(model="gpt-4.1", input=question).output_text}

    @app.get("/stream")
    def stream(question: str) -> StreamingResponse:
        def words() -> Iterator[str]:
            for event in client.responses.create(model="gpt-4.1", input=question, stream=True):
                if event.type == "response.output_text.delta":
                    yield event.delta

        return StreamingResponse(words(), media_type="text/plain")

    return app
