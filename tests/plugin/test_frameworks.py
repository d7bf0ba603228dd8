"""The plugin beside the others: xdist, asyncio, aiohttp, anyio, unittest."""

pytest_plugins = ["pytester"]

ASYNCIO = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function")

ASYNC_APP = """
    import openai
    import pytest

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    async def ask(words):
        async with openai.AsyncOpenAI(http_client=openai.DefaultAsyncHttpxClient(verify=False)) as client:
            response = await client.responses.create(model="gpt-4o", input=words)
        return response.output_text

    {mark}
    async def test_asked(mock_openai):
        mock_openai.on(input="hello").reply("Hi.")
        assert await ask("hello") == "Hi."

    {mark}
    async def test_missed(mock_openai):
        mock_openai.on(input="never").reply("Hi.")
        with pytest.raises(openai.BadRequestError):
            await ask("hello")
"""


def test_asyncio(suite):
    result = suite(ASYNC_APP.format(mark="@pytest.mark.asyncio"), *ASYNCIO)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["No rule matches this request: *"])


def test_anyio(suite):
    result = suite(ASYNC_APP.format(mark="@pytest.mark.anyio"), "-p", "anyio.pytest_plugin")

    result.assert_outcomes(passed=1, failed=1)


def test_aiohttp(suite):
    result = suite(
        """
        import os

        from aiohttp import ClientSession, web

        async def test_app_behind_a_server(aiohttp_client, mock_openai):
            mock_openai.on(input="hello").reply("Hi.")

            async def handler(request):
                url = os.environ["OPENAI_BASE_URL"] + "/responses"
                headers = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
                async with ClientSession(headers=headers) as session:
                    async with session.post(url, json={"model": "gpt-4o", "input": "hello"}) as reply:
                        said = await reply.json()
                return web.Response(text=said["output"][0]["content"][0]["text"])

            app = web.Application()
            app.router.add_get("/", handler)
            visitor = await aiohttp_client(app)
            reply = await visitor.get("/")
            assert await reply.text() == "Hi."
        """,
        *ASYNCIO,
        *("-p", "pytest_aiohttp.plugin", "-o", "asyncio_mode=auto"),
    )

    result.assert_outcomes(passed=1)


def test_unittest_classes(suite):
    result = suite("""
        import unittest

        import pytest
        from app import ask

        @pytest.mark.mockserver(unmatched="fail")
        class AgentTest(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def mock(self, mock_openai):
                self.mock = mock_openai

            def test_answered(self):
                self.mock.on(input="hello").reply("Hi.")
                self.assertEqual(ask("hello"), "Hi.")

            def test_missed(self):
                ask("hello")

            def test_wrong(self):
                self.mock.on().reply("Hi.")
                self.assertEqual(ask("hello"), "Bye.")

            def test_skipped(self):
                self.mock.enqueue("Hi.")
                self.skipTest("not today")
    """)

    result.assert_outcomes(passed=1, failed=2, skipped=1)
    result.stdout.fnmatch_lines_random(["No rule matches this request: *", "E *AssertionError: 'Hi.' != 'Bye.'"])


def test_xdist_workers_do_not_hear_each_other(suite_apart):
    """Every test says another answer to the same question."""
    result = suite_apart(
        """
        import pytest
        from app import ask

        @pytest.mark.parametrize("number", range(400))
        def test_clashing(mock_openai, number):
            mock_openai.on(input="Who are you?").times(1).reply(f"Number {number}.")
            assert ask("Who are you?") == f"Number {number}."
            assert len(mock_openai.requests) == 1
        """,
        *("-p", "xdist.plugin", "-n", "4"),
    )

    result.assert_outcomes(passed=400)


def test_xdist_shows_the_report_of_a_worker(suite_apart):
    result = suite_apart(
        """
        from app import ask

        def test_missed(mock_openai):
            mock_openai.on(input="weather").reply("Sunny.")
            ask("The time?")
        """,
        *("-p", "xdist.plugin", "-n", "1"),
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines_random(
        ["       input: wanted text containing 'weather', got 'The time?'", "* mockserver http://127.0.0.1:*/v1 *"]
    )
