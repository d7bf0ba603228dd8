"""What a test asks of the requests that came: which match, whether all that was expected came, what is wrong."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mockserver import script
from mockserver.errors import ApiError, MismatchError
from mockserver.model.other_request import OtherRequest
from mockserver.model.request import CreateRequest
from mockserver.space import Space
from mockserver.state.exchange import Exchange

NEAREST = 3


def matching(space: Space, wanted: "script.Rule") -> list[Exchange]:
    """The requests that a rule would match, newest last."""
    return [exchange for exchange in _came(space, wanted) if not wanted.differences(request_of(space, exchange))]


def called(space: Space, wanted: "script.Rule", when: Any, *, times: int | None) -> Sequence[Exchange]:
    """The requests that a rule matches: at least one, or exactly `times`; `when` is what its author wrote.

    Raises: MismatchError, with the nearest requests field by field.
    """
    compared = [(wanted.differences(request_of(space, exchange)), exchange) for exchange in _came(space, wanted)]
    met = [exchange for differences, exchange in compared if not differences]
    if len(met) == times or (times is None and met):
        return met
    expected = "at least 1 request" if times is None else f"{times} request{'s' * (times != 1)}"
    lines = [f"Expected {expected} with {when}, got {len(met)} of {len(compared)}."]
    for differences, exchange in sorted(compared, key=lambda pair: len(pair[0]))[:NEAREST]:
        lines.append(f"  {exchange}")
        lines += [f"      {difference}" for difference in differences]
    raise MismatchError("\n".join(lines))


def problems(space: Space) -> list[str]:
    """What keeps a script from being complete, and what is wrong with the server's fixture files."""
    missed = [f"Request {exchange}\n{exchange.miss}" for exchange in space.journal if exchange.miss]
    unused = [_unused(rule) for rule in space.unused_rules()]
    replay, upstream = space.replay, space.upstream
    idle = replay.unused() if replay is not None and replay.all_used else []
    lost = upstream.session.losses.listed() if upstream is not None else ()
    return [
        *fixture_problems(space),
        *missed,
        *unused,
        *(f"Recording {title} was not used." for title in idle),
        *lost,
    ]


def used_recordings(space: Space) -> list[str]:
    """The recordings that have answered, as `FILE:LINE`, and the file that was recorded, with full paths."""
    replay, upstream = space.replay, space.upstream
    recorded = [str(upstream.session.path.resolve())] if upstream is not None else []
    return [*(str(Path(name).resolve()) for name in (replay.used() if replay is not None else ())), *recorded]


def fixture_problems(space: Space) -> Sequence[str]:
    """What is wrong with the server's fixture files as they are now; the rules before that edit still answer."""
    base = space.base
    if base is None:
        return ()
    base.refresh()
    return [f"Fixture {problem} The rules stay as they were before the edit." for problem in base.problems]


def unrecorded(space: Space) -> int:
    """How many exchanges were not recorded, or not in whole."""
    return 0 if space.upstream is None else space.upstream.session.losses.count


def _came(space: Space, wanted: "script.Rule") -> list[Exchange]:
    """The requests that a rule may be about."""
    came = [exchange for exchange in space.journal if wanted.has_route or exchange.creates]
    return [exchange for exchange in came if wanted.concerns(request_of(space, exchange))]


def request_of(space: Space, exchange: Exchange) -> CreateRequest:
    """The request of an exchange with the history that it had, as far as it is still there."""
    if not exchange.creates:
        return OtherRequest(exchange.asked)
    body, history = exchange.readable, exchange.history
    try:
        history = history or space.history(body)[: exchange.joined]
    except ApiError:
        history = ()
    with suppress(ApiError):
        body = space.with_prompt(body)
    return CreateRequest(body, history=history, head=exchange.asked.head, raw=exchange.raw)


def _unused(rule: "script.Rule") -> str:
    if rule.limit is None:
        return f"Rule {rule} answered no request, and all_used asks for one. Is it needed, and does it match?"
    return f"Rule {rule} answered {rule.used} of {rule.limit} times."
