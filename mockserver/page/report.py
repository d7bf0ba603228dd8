"""The page with its data in one file, which needs no server: scripts and style stand in it, and nothing else runs."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from mockserver.cassette import load_cassette
from mockserver.clock import RealClock
from mockserver.codec import JsonObject, dumps, loads
from mockserver.page.details import detail
from mockserver.page.feed import Feed
from mockserver.page.forms import forms_of, recorded_forms
from mockserver.page.recorded import recorded_detail
from mockserver.page.why import nearest
from mockserver.space import Space
from mockserver.workspace import Workspace

LIST: Final = "exchanges?limit=200"
"""What the page asks for first."""
LOCAL: Final = "http://127.0.0.1:8080/v1"
"""The base URL in copies of a cassette, whose upstream is not the one to ask."""
ENTRY: Final = "main.js"
_IMPORT: Final = re.compile(r'^import .* from "\./(.*)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)
_DOCUMENT: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>mockserver</title>
<style>{style}</style>
</head>
<body>
<script type="application/json" id="report-data">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def write_report(path: str | Path, *workspaces: Workspace, title: str = "") -> None:
    """Write one HTML file that shows the requests of these workspaces, and needs no server; folders are made.

    `title` stands above them, such as the name of a test. Keys are masked.

    Raises: OSError for a file that cannot be written.
    """
    feed = Feed(_Given(workspaces))
    feed.refresh()
    found = [feed.find(loads(row)["id"]) for row in feed.page(before=None, limit=len(feed))[0]]
    data: JsonObject = {LIST: _listed([one.row for one in found], feed.views())}
    for one in found:
        at = f"exchanges/{one.entry.number}"
        data[at] = detail(one)
        data[f"{at}/why"] = {"nearest": nearest(one)}
        data[f"{at}/forms"] = {"forms": forms_of(one)}
    _write(path, data, title=title)


def write_cassette_report(path: str | Path, cassette: Path) -> None:
    """Write one HTML file that shows a cassette. Raises: CassetteError, OSError."""
    loaded = load_cassette(cassette)
    data: JsonObject = {}
    rows = []
    for number, (line, exchange) in enumerate(zip(loaded.lines, loaded.exchanges, strict=True), start=1):
        shown = data[f"exchanges/{number}"] = recorded_detail(exchange, number=number, by=f"{cassette.name}:{line}")
        data[f"exchanges/{number}/forms"] = {"forms": recorded_forms(exchange, base_url=LOCAL)}
        rows.append(shown["row"])
    views = [{"view": 1, "name": loaded.header.upstream, "requests": len(rows), "gates": []}]
    _write(path, {LIST: _listed(rows[::-1], views), **data}, title=str(cassette))


def write_server_report(path: str | Path, url: str, fetch: Callable[[str], Any]) -> None:
    """Write one HTML file that shows what a running server has; `fetch` gets the JSON at a URL below `/_mock/`."""
    rows: list[JsonObject] = []
    views: list[JsonObject] = []
    more = True
    while more:
        after = f"?before={rows[-1]['id']}" if rows else ""
        page = fetch(f"exchanges{after}")
        rows, views, more = [*rows, *page["rows"]], page["views"], page["has_more"]
    data = {LIST: _listed(rows, views)}
    for row in rows:
        data |= {at: fetch(at) for part in ("", "/why", "/forms") for at in [f"exchanges/{row['id']}{part}"]}
    _write(path, data, title=url)


class _Given:
    """The spaces of these workspaces, as the list of all keys asks for them."""

    def __init__(self, workspaces: tuple[Workspace, ...]) -> None:
        self._spaces = {one.api_key: one.space for one in workspaces}

    def snapshot(self) -> Mapping[str, Space]:
        return self._spaces

    def get(self, key: str, /) -> Space | None:
        return self._spaces.get(key)


def _listed(rows: list[JsonObject], views: Any) -> JsonObject:
    return {"at": "", "has_more": False, "views": [{**view, "gates": []} for view in views], "rows": rows}


def _write(path: str | Path, data: JsonObject, *, title: str) -> None:
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    report = {"title": title or "mockserver", "made": RealClock().now(), "data": data}
    target.write_bytes(document(report).encode("utf-8", "surrogatepass"))


def document(report: JsonObject) -> str:
    """The HTML: only the script and the style whose hashes it states may run, and nothing is fetched."""
    script, style = "\n".join(_modules(ENTRY, set())), _asset("page.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    data = dumps(report).decode("utf-8", "replace").replace("<", "\\u003c")  # so that no text ends the element
    return _DOCUMENT.format(policy=policy, style=style, script=script, data=data)


def _modules(name: str, known: set[str]) -> Iterator[str]:
    """The sources of a module and of those that it imports, those first, as one script: names are unique among them."""
    known.add(name)
    source = _asset(name)
    for imported in _IMPORT.findall(source):
        if imported not in known:
            yield from _modules(imported, known)
    yield _EXPORT.sub("", _IMPORT.sub("", source))


def _asset(name: str) -> str:
    return (files("mockserver.page") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
