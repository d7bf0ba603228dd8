"""Every example in ``../shared/providers``: what is sent, and what is shown to come back.

Three documents are prose with curl commands, one is an OpenAPI document; all are read when the tests run.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.real_traffic import Loader, parse_sse

PROVIDERS = Path(__file__).resolve().parents[3] / "shared" / "providers"

DOCUMENTS = ("lemondata", "modelverse", "new-api", "overview", "skyengine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A request, and where the document shows it the answer: a body, or events."""

    document: str
    name: str
    request: dict[str, Any] = field(repr=False)
    answer: Any = field(default=None, repr=False)


@cache
def examples() -> tuple[Example, ...]:
    """All of them; none where the documents are absent."""
    return tuple(example for document in DOCUMENTS for example in _of(document))


def document_text(document: str) -> str:
    """A document as it stands; empty where it is absent."""
    path = PROVIDERS / f"{document}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _of(document: str) -> Iterator[Example]:
    text = document_text(document)
    if "\nopenapi: " in text:
        yield from _openapi_examples(document)
        return
    for number, chunk in enumerate(re.split(r"(?=\bcurl )", text)[1:], start=1):
        end = chunk.index("'", chunk.index("-d '") + 4)
        request = json.loads(chunk[chunk.index("-d '") + 4 : end])
        yield Example(document=document, name=f"curl {number}", request=request, answer=_shown(chunk[end:]))
    for number, call in enumerate(re.findall(r"client\.responses\.create\(.*?\n\)", text, re.DOTALL), start=1):
        yield Example(document=document, name=f"python {number}", request=_keywords(call))


def _shown(text: str) -> Any:
    """The answer that follows a command: events, or the JSON that begins a line."""
    events = text.find("\nevent: ")
    body = text.find("\n{")
    if events >= 0:
        return parse_sse(text[events : text.index("\n```", events)])
    return json.JSONDecoder().raw_decode(_repaired(text[body + 1 :]))[0] if body >= 0 else None


def _repaired(text: str) -> str:
    """One answer has unescaped quotes inside a text; its README says so."""
    return re.sub(
        r'^(\s*"text": ")(.*)(",?)$', lambda line: line[1] + _escaped(line[2]) + line[3], text, flags=re.MULTILINE
    )


def _escaped(text: str) -> str:
    return re.sub(r'(?<!\\)"', r"\"", text)


def _keywords(call: str) -> dict[str, Any]:
    parsed = ast.parse(call, mode="eval").body
    assert isinstance(parsed, ast.Call)
    return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in parsed.keywords}


ANSWERED = {
    "basic_text": "basic_response",
    "structured_output": "structured_response",
    "thinking_mode": "thinking_response",
    "streaming": "streaming_response",
}
"""Which answer the OpenAPI document means for which request; it gives the two lists apart."""


@cache
def openapi(document: str) -> dict[str, Any]:
    """The OpenAPI document in a fence of four backquotes."""
    fenced = document_text(document).split("\n````yaml", 1)[1].split("\n", 1)[1].split("\n````", 1)[0]
    loaded: dict[str, Any] = yaml.load(fenced, Loader=Loader)  # noqa: S506 - a safe loader
    return loaded


def _openapi_examples(document: str) -> Iterator[Example]:
    operation = openapi(document)["paths"]["/v1/responses"]["post"]
    answers: dict[str, Any] = {}
    for media in operation["responses"]["200"]["content"].values():
        answers |= {name: example["value"] for name, example in media["examples"].items()}
    for name, example in operation["requestBody"]["content"]["application/json"]["examples"].items():
        answer = answers.pop(ANSWERED.get(name, ""), None)
        shown = parse_sse(answer.replace("data:\n", "data:")) if isinstance(answer, str) else answer
        yield Example(document=document, name=name, request=example["value"], answer=shown)
    assert not answers, "an answer of the document belongs to no request"
    for sample in operation["x-codeSamples"]:
        yield Example(document=document, name=sample["lang"], request=_said(sample["source"]))


def _said(source: str) -> dict[str, str]:
    """The model and the input that a code sample of any language sends."""
    return {"model": _quoted_after("model", source), "input": _quoted_after("input|CreateResponse", source)}


def _quoted_after(word: str, source: str) -> str:
    match = re.search(rf"""\b(?:{word})\b["']?[^"'\n]*["']([^"']+)""", source, re.IGNORECASE)
    assert match is not None
    return match[1]
