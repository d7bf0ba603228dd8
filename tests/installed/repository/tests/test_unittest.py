import unittest

import pytest
from openai import AsyncOpenAI, OpenAI

from mockserver import MockServer


class ChatTest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def set_mock(self, mock_openai):
        self.mock = mock_openai

    def test_answer(self):
        self.mock.on(input="hello").reply("Hi.")

        with OpenAI() as client:
            self.assertEqual(client.responses.create(model="gpt-4.1", input="hello").output_text, "Hi.")


class AsyncChatTest(unittest.IsolatedAsyncioTestCase):
    """With a server of its own, which it starts and stops while its loop runs."""

    async def asyncSetUp(self):
        self.server = MockServer()
        self.server.start()
        self.mock = self.server.workspace()

    async def asyncTearDown(self):
        self.server.stop()

    async def test_answer(self):
        self.mock.on(input="hello").reply("Hi.")

        async with AsyncOpenAI(base_url=self.mock.base_url, api_key=self.mock.api_key) as client:
            made = await client.responses.create(model="gpt-4.1", input="hello")
        self.assertEqual(made.output_text, "Hi.")
