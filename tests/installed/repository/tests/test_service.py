import threading
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import uvicorn
from apps.service import Settings, make_app

KEY = "sk-service"

pytestmark = pytest.mark.mockserver(key=KEY)


@pytest.fixture(scope="session")
def service(mockserver):
    """The address of the service, which is started once."""
    app = make_app(Settings(base_url=mockserver.base_url, api_key=KEY))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    listening = server.config.bind_socket()
    listening.listen()  # requests that come before the app is ready wait for it
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


def get(address):
    with urlopen(address) as reply:
        return reply.read().decode()


def test_question_is_answered(service, mock_openai):
    mock_openai.on(input="opening hours").reply("From nine to five.")

    assert get(f"{service}/answer?question={quote('Your opening hours?')}") == '{"answer":"From nine to five."}'


def test_answer_is_streamed(service, mock_openai):
    assert len(mock_openai.requests) == 0
    mock_openai.on(input="count").reply("One two three.")

    assert get(f"{service}/stream?question=count") == "One two three."
