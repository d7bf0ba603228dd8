"""`block_network`: other machines are out of reach, this one is not."""

import socket

import pytest

from pytest_plugin.network import blocked_network

pytest_plugins = ["pytester"]


TRIES = """
    import asyncio, socket
    import pytest
    from app import ask

    @pytest.mark.parametrize("host", ["api.openai.com", "192.0.2.1", "128.0.0.1", "2001:db8::1"])
    def test_away(host, {fixtures}):
        with pytest.raises(OSError, match=f"mockserver blocked a connection to {{host}}: this test may"):
            socket.create_connection((host, 443), timeout=0.01)

    def test_awaited(mock_openai, {fixtures}):
        async def connect():
            await asyncio.open_connection("192.0.2.1", 443)

        with pytest.raises(OSError, match="mockserver blocked a connection to 192.0.2.1"):
            asyncio.run(connect())

    def test_tried({fixtures}):
        with socket.socket() as tried, pytest.raises(OSError, match="mockserver blocked a connection to 192.0.2.1"):
            tried.connect_ex(("192.0.2.1", 443))

    def test_here(mock_openai, {fixtures}):
        mock_openai.on().reply("Hi.")
        assert ask("hello") == "Hi."
"""


def test_fixture_blocks_other_machines(suite):
    suite(TRIES.format(fixtures="block_network")).assert_outcomes(passed=7)


def test_setting_blocks_them_in_all_tests(suite):
    suite(TRIES.format(fixtures="tmp_path"), "-o", "mockserver_block_network=true").assert_outcomes(passed=7)


def test_error_reaches_the_user_of_a_client(suite):
    result = suite("""
        from sdk import client

        def test_real(block_network):
            client(api_key="sk", base_url="https://api.openai.com/v1").models.list()
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*mockserver blocked a connection to api.openai.com*"])


def test_network_is_back_after_the_test(suite):
    suite("""
        import socket

        before = socket.getaddrinfo, socket.socket.connect

        def test_blocked(block_network):
            assert socket.getaddrinfo is not before[0]

        def test_back():
            assert (socket.getaddrinfo, socket.socket.connect) == before
    """).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("host", "is_blocked"),
    [("127.8.8.8", False), (b"localhost", False), (None, False), (b"example.com", True), ("128.0.0.1", True)],
)
def test_whole_loopback_network_is_this_machine(host, is_blocked):
    with blocked_network():
        if is_blocked:
            with pytest.raises(OSError, match="mockserver blocked a connection to "):
                socket.getaddrinfo(host, 9)
        else:
            assert socket.getaddrinfo(host, 9)
