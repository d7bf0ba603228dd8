"""Recording single exchanges anew: their answers are today's, with the ids that the rest of the cassette knows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mockserver.cassette.load import load
from mockserver.cassette.secrets import secret_patterns
from mockserver.cassette.writer import replace_exchange
from mockserver.conformance.resending import Resending, needed_by, recorder, unanswered
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange

FIRST: Final = 1


def rewrite(
    path: Path, numbers: Iterable[int], *, upstream: str, key: str | None = None, redact: Sequence[str] = ()
) -> list[str]:
    """Put today's answers in the place of the recorded ones, of the exchanges with these numbers, from 1.

    What they depend on is sent before them. Returns what no longer fits in the cassette, a line each.

    Raises:
        CassetteError: the cassette does not load, has no such exchange, or one that cannot be sent again.
        SettingsError: the upstream is not a valid URL, or cannot be reached.
    """
    exchanges = load(path).exchanges
    wanted = sorted(set(numbers))
    for number in wanted:
        if not FIRST <= number <= len(exchanges):
            raise CassetteError(f"{path}: there is no exchange {number}; it has {len(exchanges)}, counted from 1")
    for number, exchange in _answered_anew(path, exchanges, wanted, upstream=upstream, key=key, redact=redact):
        replace_exchange(path, number, exchange, patterns=secret_patterns(redact))
    return [
        f"{path}: exchange {number} names {name}, which no answer gives any more: record it again"
        for number, name in unanswered(load(path).exchanges, before=exchanges)
    ]


def _answered_anew(
    path: Path,
    exchanges: Sequence[RecordedExchange],
    wanted: Sequence[int],
    *,
    upstream: str,
    key: str | None,
    redact: Sequence[str],
) -> Iterator[tuple[int, RecordedExchange]]:
    found = []
    with TemporaryDirectory(prefix="mockserver-") as made:
        new = Path(made) / path.name
        with (
            recorder(upstream=upstream, key=key, path=new, redact=redact) as (base_url, own_key),
            Resending(base_url, own_key) as resending,
        ):
            for number in sorted({*wanted, *needed_by(exchanges, wanted)}):
                one = resending.send(number, exchanges[number - 1])
                if one.now is None:
                    raise CassetteError(f"{path}: exchange {number} cannot be sent again: {one.why_not}")
                if number in wanted:
                    found.append((number, load(new).exchanges[-1]))
            names = {new: old for old, new in resending.names.items()}
    for number, recorded in found:
        old = exchanges[number - 1]
        events = None if recorded.events is None else [_named(event, names) for event in recorded.events]
        yield (
            number,
            replace(
                old,
                status=recorded.status,
                headers=recorded.headers,
                body=_named(recorded.body, names),
                events=events,
                other_frames=recorded.other_frames,
                times=recorded.times,
                started=recorded.started,
                complete=recorded.complete,
            ),
        )


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """`value` with the recorded ids in the place of the new ones."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {key: _named(inner, names) for key, inner in value.items()}
    return [_named(inner, names) for inner in value] if isinstance(value, list) else value
