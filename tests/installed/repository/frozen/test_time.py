import json
import os
from urllib.request import Request, urlopen

from freezegun import freeze_time


@freeze_time("2030-01-01")
def test_slow_stream_ends_while_the_time_stands_still(mock_openai):
    mock_openai.on(input="count").reply("One two three.").pace(rate=200)
    body = json.dumps({"model": "gpt-4.1", "input": "count", "stream": True}).encode()
    headers = {"authorization": f"Bearer {os.environ['OPENAI_API_KEY']}", "content-type": "application/json"}

    with urlopen(Request(os.environ["OPENAI_BASE_URL"] + "/responses", body, headers)) as reply:
        assert b"event: response.completed" in reply.read()
