import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient


async def ask(words):
    transport = DefaultAsyncHttpxClient(verify=False)  # reading certificates is slow, and not needed
    async with AsyncOpenAI(max_retries=0, http_client=transport) as client:
        return (await client.responses.create(model="gpt-4.1", input=words)).output_text


@pytest.mark.asyncio
async def test_asyncio(mock_openai):
    mock_openai.on(input="hello").reply("Hi.")

    assert await ask("hello") == "Hi."


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_anyio(mock_openai, anyio_backend):
    mock_openai.on(input="hello").reply(f"Hi from {anyio_backend}.")

    assert await ask("hello") == f"Hi from {anyio_backend}."
