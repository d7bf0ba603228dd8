"""Secrets that other tools have left in: none is imported, and what held them still answers."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.check import check
from mockserver.cassette.load import load
from mockserver.cli import main
from tests.cassette.planted_secrets import KINDS, as_json, as_text, cut, secret_part
from tests.cassette.streams import message, response, streamed
from tests.support.http import send

URL = "https://api.openai.com/v1/responses"
JSON = "application/json"
STREAM = "text/event-stream; charset=utf-8"


def exchange(name: str, secret: str, number: int) -> tuple[dict[str, Any], str, str]:
    """A request with a secret in three places, and an answer with it in one: its body, its type and its text."""
    output = {"type": "function_call_output", "call_id": f"call_{number}", "output": as_json(name, secret)}
    asked = {
        "model": "gpt-5",
        "input": [{"role": "user", "content": as_text(name, secret)}, output],
        "metadata": {name: secret[:512]},
        "stream": bool(number % 2),
    }
    if not number % 2:
        return asked, JSON, json.dumps(response(message(as_text(name, secret))))
    events = streamed(cut(as_text(name, secret), secret)).events or ()
    return asked, STREAM, "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)


SESSION = [exchange(name, secret, number) for number, (name, secret) in enumerate(KINDS)]


def har() -> Any:
    def headers(kind: str) -> list[dict[str, str]]:
        return [{"name": "content-type", "value": kind}, {"name": "authorization", "value": f"Bearer {KINDS[0][1]}"}]

    entries = [
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "request": {
                "method": "POST",
                "url": f"{URL}?api_key={KINDS[-5][1]}",
                "headers": headers(JSON),
                "postData": {"text": json.dumps(asked)},
            },
            "response": {"status": 200, "headers": headers(kind), "content": {"mimeType": kind, "text": text}},
        }
        for asked, kind, text in SESSION
    ]
    return {"log": {"entries": entries}}


def vcr() -> Any:
    rows = [
        {
            "request": {"method": "POST", "uri": URL, "headers": {"Content-Type": [JSON]}, "body": json.dumps(asked)},
            "response": {
                "status": {"code": 200},
                "headers": {"Content-Type": [kind]},
                "body": {"base64_string": b64encode(text.encode()).decode()},
            },
        }
        for asked, kind, text in SESSION
    ]
    return {"version": 1, "interactions": rows}


def nock() -> Any:
    return [
        {
            "scope": "https://api.openai.com:443",
            "method": "POST",
            "path": "/v1/responses",
            "body": asked,
            "status": 200,
            "response": json.loads(text) if kind == JSON else text,
            "rawHeaders": ["content-type", kind],
        }
        for asked, kind, text in SESSION
    ]


FILES: Mapping[str, Callable[[], Any]] = {"har": har, "vcr": vcr, "nock": nock}


@pytest.mark.parametrize("name", FILES)
def test_planted_secrets_are_left_out_and_requests_still_match(name: str, server: MockServer, tmp_path: Path):
    """240 secrets of 60 kinds in each format."""
    source, target = tmp_path / "recording.json", tmp_path / "session.yaml"
    source.write_text(json.dumps(FILES[name]()))

    assert main(["import", str(source), "--format", name, "--to", str(target)]) == 0

    text = target.read_text()
    assert len(KINDS) == len(SESSION) == 60
    assert [secret for _, secret in KINDS if secret_part(secret) in text] == []
    assert [problem for problem in check(target, now=0) if problem.kind == "secret"] == []

    workspace = server.workspace()
    workspace.replay(target, all_used=True)
    url_path = "/v1/responses" + (f"?api_key={KINDS[-5][1]}" if name == "har" else "")
    statuses = [
        send(workspace.base_url, "POST", url_path, asked, key=workspace.api_key).status for asked, *_ in SESSION
    ]
    workspace.assert_complete()
    server.discard(workspace)

    assert statuses == [200] * 60
    assert len(load(target).exchanges) == 60
