"""The cassettes that a workspace replays or records: what was used, how old they are, what secrets are in them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mockserver.cassette import check_cassette, load_cassette, secret_patterns
from mockserver.codec import JsonObject
from mockserver.errors import CassetteError
from mockserver.replay import Recording
from mockserver.space import Space


def cassettes_of(space: Space, *, now: int) -> list[JsonObject]:
    """Each cassette with its recordings. It reads the files anew: call it in a thread of its own."""
    return [*_replayed(space, now), *_recorded(space, now)]


def _replayed(space: Space, now: int) -> Iterator[JsonObject]:
    by_file: dict[str, list[tuple[Recording, int]]] = {}
    for recording, used in space.replay.uses if space.replay is not None else ():
        by_file.setdefault(recording.name.rpartition(":")[0], []).append((recording, used))
    for file, uses in by_file.items():
        entries = [
            {
                "line": int(recording.name.rpartition(":")[2]),
                "request": f"{recording.exchange.method} {recording.exchange.url_path}",
                "status": recording.exchange.status,
                "used": used,
            }
            for recording, used in uses
        ]
        yield {"file": file, "mode": "replay", "entries": entries, **_facts(Path(file), space.settings.redact, now)}


def _recorded(space: Space, now: int) -> Iterator[JsonObject]:
    if space.upstream is None:
        return
    path = Path(space.upstream.session.path)
    facts = _facts(path, space.settings.redact, now) if path.exists() else {}
    yield {"file": str(path), "mode": "record", "entries": [], **facts}


def _facts(path: Path, redact: Sequence[str], now: int) -> JsonObject:
    """When it was recorded, of whom, and what is wrong with it."""
    try:
        header = load_cassette(path).header
        problems = check_cassette(path, now=now, patterns=secret_patterns(redact))
    except (CassetteError, OSError) as error:
        return {"problems": [str(error)], "secrets": 0}
    return {
        "upstream": header.upstream,
        "client": header.client,
        "recorded_at": header.recorded_at,
        "age_days": (now - header.recorded_at) // 86_400,
        "secrets": sum(one.kind == "secret" for one in problems),
        "problems": [str(one) for one in problems],
    }
