"""One exchange as something to paste elsewhere: a row per form."""

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from textwrap import indent
from typing import Any, Final, NamedTuple

import yaml

from mockserver.cassette.format import Header, dump_exchange, dump_header
from mockserver.cassette.http_exports import as_har
from mockserver.cassette.redact import redact
from mockserver.cassette.reply_exports import with_literal_marks
from mockserver.cassette.secrets import secret_patterns
from mockserver.clock import RealClock
from mockserver.codec import JsonObject, dumps, dumps_indented
from mockserver.model.headers import shown_target
from mockserver.model.item_text import text_in
from mockserver.model.plan import Item
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import typed_items
from mockserver.page.details import history_of
from mockserver.page.feed import Found
from mockserver.page.recorded import json_line, recorded_exchange, response_of

FAILED: Final = 400
OUTPUT: Final = "_output"
TO_CHANGE: Final = "Write the answer here."
LINE: Final = 110


class Copied(NamedTuple):
    """The exchange that is copied, and where its server is."""

    exchange: RecordedExchange
    clean: RecordedExchange
    """The exchange without secrets."""
    base_url: str
    history: Sequence[Item] = ()
    """The items of earlier turns that joined the input."""
    missed: bool = False
    """Whether nothing matched it; what it was answered is then this server's own error."""

    @property
    def fails(self) -> bool:
        """Whether a rule that answers the same answers an error."""
        return self.exchange.status >= FAILED and not self.missed

    @property
    def body(self) -> JsonObject:
        """The request's body, where it is an object."""
        return self.exchange.request_body if isinstance(self.exchange.request_body, dict) else {}

    @property
    def url(self) -> str:
        """Where it was sent."""
        origin = self.base_url.removesuffix("/v1")
        return f"{origin}{shown_target(self.exchange.url_path)}"

    @property
    def response(self) -> JsonObject:
        """The response as it was at the end; empty where there is none."""
        return response_of(self.exchange) or {}

    @property
    def is_response(self) -> bool:
        """Whether it is a request to create a response."""
        return self.exchange.method == "POST" and self.exchange.url_path.partition("?")[0].endswith("/responses")


def _when(copied: Copied) -> dict[str, Any]:
    """What distinguishes the request: its newest input."""
    if not copied.is_response:
        return {"method": copied.exchange.method, "path": copied.exchange.url_path.partition("?")[0]}
    given = copied.body.get("input")
    items = typed_items(given) if isinstance(given, str | list) else []
    if items and items[-1]["type"].endswith(OUTPUT):
        call_id = items[-1].get("call_id")
        named = (one.get("name") for one in (*copied.history, *items) if one.get("call_id") == call_id)
        return {"tool_output": next((name for name in named if name), "*")}
    said = [text_in(item.get("content")) for item in items if item.get("role") == "user"]
    return {"input": said[-1]} if said and said[-1] else {}


def _parts(copied: Copied) -> list[Any]:
    """The reply of a rule that answers the same; for a miss, one to be changed."""
    if copied.missed:
        text = copied.body.get("text")
        form = text.get("format") if isinstance(text, dict) else None
        schema = isinstance(form, dict) and form.get("type") == "json_schema"
        return [{"fill": {}} if schema else TO_CHANGE]
    return [_part(item) for item in copied.response.get("output") or ()]


def _part(item: Item) -> Any:
    if item.get("type") == "message" and _is_plain(item):
        return text_in(item.get("content"))
    if item.get("type") == "function_call":
        return {"function_call": {"name": item.get("name"), "arguments": _arguments(item)}}
    return {key: value for key, value in item.items() if key not in {"id", "status"} and value is not None}


def _is_plain(item: Item) -> bool:
    content = item.get("content") or []
    return len(content) == 1 and content[0].get("type") == "output_text" and not content[0].get("annotations")


def _arguments(item: Item) -> Any:
    try:
        return json.loads(item.get("arguments") or "{}")
    except ValueError:  # it was to be invalid
        return item.get("arguments")


def _json(copied: Copied) -> Any:
    """What another route replies."""
    return {} if copied.missed else copied.exchange.body


def _fault(copied: Copied) -> dict[str, Any]:
    body = copied.exchange.body
    error = body.get("error") if isinstance(body, dict) else None
    stated = error if isinstance(error, dict) else {}
    return {
        "status": copied.exchange.status,
        **{key: stated[key] for key in ("type", "code", "message") if stated.get(key)},
    }


def yaml_rule(copied: Copied) -> str:
    """A rule for a fixture file."""
    rule: dict[str, Any] = {"when": _when(copied)}
    if copied.fails:
        rule["fault"] = _fault(copied)
    elif copied.is_response:
        parts = _parts(copied)
        rule["reply"] = parts[0] if len(parts) == 1 and isinstance(parts[0], str) else parts
    else:
        rule["reply"] = {"json": _json(copied)}
    if "reply" in rule:
        rule["reply"] = with_literal_marks(rule["reply"])
    return yaml.safe_dump([rule], sort_keys=False, allow_unicode=True, width=LINE)


def python_rule(copied: Copied) -> str:
    """The same rule in a Python test."""
    when = ", ".join(f"{key}={value!r}" for key, value in _when(copied).items())
    if copied.fails:
        stated = ", ".join(f"{key}={value!r}" for key, value in _fault(copied).items())
        return f"mock.on({when}).fault({stated})\n"
    if not copied.is_response:
        return f"mock.on({when}).reply(json={_json(copied)!r})\n"
    parts = [_python_part(part) for part in _parts(copied)]
    line = f"mock.on({when}).reply({', '.join(parts)})"
    if len(line) <= LINE:
        return f"{line}\n"
    return f"mock.on({when}).reply(\n" + "".join(f"    {part},\n" for part in parts) + ")\n"


def _python_part(part: Any) -> str:
    call = part.get("function_call") if isinstance(part, dict) else None
    if not isinstance(call, dict) or not isinstance(call["arguments"], dict):
        return repr(part)
    named = all(key.isidentifier() and key not in {"name", "call_id"} for key in call["arguments"])
    stated = (
        ", ".join(f"{key}={value!r}" for key, value in call["arguments"].items())
        if named
        else f"**{call['arguments']!r}"
    )
    return f"function_call({call['name']!r}{', ' if stated else ''}{stated})"


def pytest_test(copied: Copied) -> str:
    """A whole test, which sends the request and expects the answer."""
    rule = python_rule(copied)
    imports = (
        "from mockserver import function_call\nfrom openai import OpenAI\n"
        if "function_call(" in rule
        else "from openai import OpenAI\n"
    )
    body = {key: value for key, value in copied.body.items() if key != "stream"}
    arguments = "".join(f"{key}={value!r},\n" for key, value in body.items())
    sent = f"response = client.responses.create(\n{indent(arguments, '    ')})\n"
    said = "".join(
        text_in(one.get("content")) for one in copied.response.get("output") or () if one.get("type") == "message"
    )
    check = (
        f"assert response.output_text == {said!r}\n" if said else 'assert response.output[0].type == "function_call"\n'
    )
    client = "client = OpenAI(base_url=mock.base_url, api_key=mock.api_key)\n"
    steps = f"mock = mock_openai\n{rule}{client}{sent}{check}"
    return f"{imports}\n\ndef test_recorded_turn(mock_openai):\n{indent(steps, '    ')}"


def curl(copied: Copied) -> str:
    """A command for a shell; it takes the API key from the environment."""
    lines = [f"curl {shlex.quote(copied.url)}"]
    lines += [f"-X {copied.exchange.method}"] if copied.exchange.method not in {"GET", "POST"} else []
    lines += ['-H "Authorization: Bearer $OPENAI_API_KEY"']
    if copied.exchange.request_body is not None:
        body = copied.exchange.request_body
        text = body if isinstance(body, str) else dumps(body).decode()
        lines += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(text)}"]
    return " \\\n  ".join(lines) + "\n"


def typescript(copied: Copied) -> str:
    """The request with the official SDK for TypeScript, which takes the API key from the environment."""
    body = dumps_indented(copied.body).decode()
    streamed = copied.body.get("stream")
    shown = (
        "for await (const event of response) {\n  console.log(event.type);\n}\n"
        if streamed
        else "console.log(response.output_text);\n"
    )
    return (
        'import OpenAI from "openai";\n\n'
        f"const client = new OpenAI({{ baseURL: {json.dumps(copied.base_url)} }});\n"
        f"const response = await client.responses.create({body});\n{shown}"
    )


def cassette_file(copied: Copied) -> str:
    """A cassette with this exchange alone, without secrets, as a recorder writes it.

    Payloads that a recorder puts into files of their own are left out.
    """
    header = Header(upstream=copied.base_url.removesuffix("/v1"), recorded_at=RealClock().now(), client="")
    return dump_header(header) + dump_exchange(replace(copied.clean, headers={}), upstream=header.upstream).text


def har(copied: Copied) -> str:
    """An HTTP archive (HAR 1.2) with this exchange, without secrets."""
    return as_har([copied.clean]).texts[0]


def jsonl(copied: Copied) -> str:
    """The request and the response as one line of JSON, without secrets."""
    return json_line(copied.clean)


class Form(NamedTuple):
    """One form."""

    title: str
    file: str
    """The name under which it is saved."""
    make: Callable[[Copied], str]
    any_request: bool = True
    """Whether it also fits requests that create no response."""


FORMS: Final = (
    Form("YAML rule", "rule.yaml", yaml_rule),
    Form("mock.on(…)", "rule.py", python_rule),
    Form("pytest test", "test_turn.py", pytest_test, any_request=False),
    Form("curl", "request.sh", curl),
    Form("TypeScript", "request.ts", typescript, any_request=False),
    Form("Cassette", "session.yaml", cassette_file),
    Form("HAR", "exchange.har", har),
    Form("JSONL", "exchange.jsonl", jsonl),
)


def recorded_forms(exchange: RecordedExchange, *, base_url: str) -> list[JsonObject]:
    """A recorded exchange in each form that fits it."""
    return [*_forms(Copied(exchange, redact(exchange).exchange, base_url))]


def forms_of(found: Found) -> list[JsonObject]:
    """An exchange in each form that fits it; the rule of one that nothing matched has an answer to be changed."""
    exchange, patterns = recorded_exchange(found), secret_patterns(found.space.settings.redact)
    clean, missed = redact(exchange, patterns).exchange, found.exchange.miss is not None
    return [*_forms(Copied(exchange, clean, found.space.base_url, history_of(found), missed))]


def _forms(copied: Copied) -> Iterator[JsonObject]:
    for form in FORMS:
        if form.any_request or (copied.is_response and copied.exchange.status < FAILED):
            yield {"title": form.title, "file": form.file, "text": form.make(copied)}
