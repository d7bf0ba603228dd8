"""Recordings of answers alone, and folders of requests and answers: no headers, no addresses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mockserver.cassette.body import text_body
from mockserver.cassette.source import JSON_HEADERS, STREAM_HEADERS, Source
from mockserver.cassette.sse import read_stream
from mockserver.model.tape import Body, Recorded

RESPONSES = "/v1/responses"
CONVERSATIONS = "/v1/conversations"
