"""What each hosted tool leaves in the output: a row per tool, made up but of the wire's shape.

Sequences of items: recorded traffic, see each function.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from struct import pack
from zlib import compress, crc32

from mockserver.clock import FROZEN_AT
from mockserver.default.action import Action
from mockserver.default.mcp import call_mcp
from mockserver.default.programs import run_program
from mockserver.default.tool_calls import OWN_CALLERS, Caller
from mockserver.default.tool_choice import Offer, best, offered
from mockserver.ids import Draws, ObjectIds
from mockserver.model import build
from mockserver.model.request import CreateRequest
from mockserver.samples.budget import Budget
from mockserver.samples.values import value_for
from mockserver.samples.vocabulary import NOUNS, excerpt, phrase, sentence

_SIDE = 8  # pixels


def _search_web(offer: Offer, request: CreateRequest, draws: Draws, _: Budget) -> Action:
    """A search, then a message whose citation covers its link in parentheses, as recorded."""
    query = excerpt(request.user_text) or phrase(draws)
    filters = offer.tool.get("filters")  # of a preview tool it may be anything, where unknown keys are accepted
    domains = (filters.get("allowed_domains") if isinstance(filters, dict) else None) or ["example.com"]
    host = domains[0].split("://")[-1].split("/")[0]
    url = f"https://{host}/{phrase(draws).replace(' ', '-')}"
    said = f"{sentence(draws)} "
    link = f"([{host}]({url}?utm_source=openai))"
    citation = build.url_citation(
        f"{url}?utm_source=openai", title=query, start_index=len(said), end_index=len(said) + len(link)
    )
    sources = [url] if "web_search_call.action.sources" in request.include else []
    return Action(items=[build.web_search_call(query, sources=sources)], text=said + link, annotations=[citation])


def _search_files(_: Offer, request: CreateRequest, draws: Draws, __: Budget) -> Action:
    """A search, then a message with a citation at its end; results where the request includes them."""
    query = excerpt(request.user_text) or phrase(draws)
    file_id, filename, passage = f"file-{draws.letters(22)}", f"{_noun(draws)}.pdf", sentence(draws)
    found = {"attributes": {}, "file_id": file_id, "filename": filename, "score": 0.9312, "text": passage}
    wanted = "file_search_call.results" in request.include
    said = f"According to {filename}: {passage}"
    return Action(
        items=[build.file_search_call([query], results=[found] if wanted else None)],
        text=said,
        annotations=[build.file_citation(file_id, filename=filename, index=len(said))],
    )


def _run_code(offer: Offer, request: CreateRequest, draws: Draws, _: Budget) -> Action:
    """Code with its true result; the log where the request includes it."""
    container = offer.tool.get("container")
    container_id = container if isinstance(container, str) else _container_id(draws)
    numbers = [draws.index(90) + 10 for _ in range(3)]
    code, result = f"numbers = {numbers}\nprint(sum(numbers))", sum(numbers)
    logs = f"{result}\n" if "code_interpreter_call.outputs" in request.include else None
    return Action(
        items=[build.code_interpreter_call(code, container_id=container_id, outputs=logs)],
        text=f"I ran the code. The result is {result}.",
    )


def _make_image(offer: Offer, request: CreateRequest, draws: Draws, _: Budget) -> Action:
    """An image, then a message with an empty text, as recorded. The bytes are PNG whatever format is asked for."""
    options = ("background", "output_format", "quality", "size")
    asked = {key: offer.tool[key] for key in options if offer.tool.get(key) not in {None, "auto"}}
    prompt = excerpt(request.user_text) or phrase(draws)
    picture = b64encode(_png(bytes.fromhex(draws.hex(6)))).decode()
    return Action(items=[build.image_generation_call(picture, revised_prompt=prompt, **asked)], text="")


def _use_computer(offer: Offer, _: CreateRequest, __: Draws, ___: Budget) -> Action:
    """A look at the screen; the preview tool takes one action, the later tool a list."""
    look = {"type": "screenshot"}
    preview = offer.tool["type"] == "computer_use_preview"
    return Action(items=[build.computer_call(look) if preview else build.computer_call(actions=[look])])


def _run_local_shell(_: Offer, __: CreateRequest, ___: Draws, ____: Budget) -> Action:
    return Action(items=[build.local_shell_call(["ls", "-a"])])


def _run_shell(offer: Offer, _: CreateRequest, draws: Draws, __: Budget) -> Action:
    """Commands for the client's shell; in a container also what they printed, and a message."""
    environment = offer.tool.get("environment") or {}
    if not str(environment.get("type")).startswith("container"):
        local = {"type": "local"} if environment.get("type") == "local" else None
        return Action(items=[build.shell_call(["ls -a"], environment=local)])
    name, call_id = f"{_noun(draws)}.txt", f"call_{draws.letters(24)}"
    container = {"type": "container_reference", "container_id": environment.get("container_id") or _container_id(draws)}
    return Action(
        items=[
            build.shell_call(["ls"], environment=container, call_id=call_id),
            build.shell_call_output(call_id, f"{name}\n"),
        ],
        text=f"The folder holds {name}.",
    )


def _apply_patch(_: Offer, __: CreateRequest, draws: Draws, ___: Budget) -> Action:
    diff = f"+# {phrase(draws)}\n+\n+{sentence(draws)}\n"
    return Action(items=[build.apply_patch_call({"type": "create_file", "diff": diff, "path": f"{_noun(draws)}.md"})])


def _search_tools(offer: Offer, request: CreateRequest, draws: Draws, budget: Budget) -> Action:
    """The deferred tool that fits best, found and called; or a search that the client has to do."""
    if offer.tool.get("execution") == "client":
        schema = {**(offer.tool.get("parameters") or {}), "type": "object"}
        arguments = value_for(schema, draws, text=request.user_text, only_required=True, budget=budget)
        call_id = f"call_{draws.letters(24)}"
        return Action(items=[build.tool_search_call(arguments, execution="client", call_id=call_id)])
    found = best((one for one in offered(request) if one.deferred and one.own), request.user_text)
    if found is None:
        items = [build.tool_search_call({"paths": []}), build.tool_search_output([])]
        return Action(items=items, text="No tool was found.")
    name = found.namespace or found.tool["name"]
    spaces = [tool for tool in request.offered if tool["type"] == "namespace" and tool["name"] == found.namespace]
    loaded = {**spaces[0], "tools": [found.tool]} if spaces else found.tool
    call = OWN_CALLERS[found.kind](replace(found, namespace=name), request, draws, budget)
    items = [build.tool_search_call({"paths": [name]}), build.tool_search_output([loaded]), *call.items]
    return Action(items=items)


def _container_id(draws: Draws) -> str:
    return ObjectIds(draws, unix_seconds=FROZEN_AT).root_id("cntr")


def _noun(draws: Draws) -> str:
    return NOUNS[draws.index(len(NOUNS))]


def _png(color: bytes) -> bytes:
    """A square of one colour (three bytes: red, green, blue)."""
    rows = (b"\0" + color * _SIDE) * _SIDE
    header = pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)  # eight bits a channel, three channels
    chunks = ((b"IHDR", header), (b"IDAT", compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + name + data + pack(">I", crc32(name + data)) for name, data in chunks
    )


HOSTED_CALLERS: Mapping[str, Caller] = {
    "web_search": _search_web,
    "file_search": _search_files,
    "code_interpreter": _run_code,
    "image_generation": _make_image,
    "mcp": call_mcp,
    "computer": _use_computer,
    "local_shell": _run_local_shell,
    "shell": _run_shell,
    "apply_patch": _apply_patch,
    "tool_search": _search_tools,
    "programmatic_tool_calling": run_program,
}
