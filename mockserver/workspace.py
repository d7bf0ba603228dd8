"""A workspace: everything that one API key can see, and what a test says to it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mockserver.clock import Clock, FrozenClock
from mockserver.errors import ApiError, MismatchError
from mockserver.ids import Mint
from mockserver.model.plan import Item, Pace
from mockserver.model.request import CreateRequest, conversation_id_of
from mockserver.script.script import Script
from mockserver.settings import Settings
from mockserver.spec.answers import answer
from mockserver.state import invent
from mockserver.state.conversations import Conversation, Conversations
from mockserver.state.gate import Gate
from mockserver.state.journal import Exchange, Journal
from mockserver.state.responses import Record, Responses
from mockserver.state.store import MemoryStore

if TYPE_CHECKING:
    from mockserver.model.fault import Fault
    from mockserver.responders.replay import Replay
    from mockserver.script.reloading import ReloadingFixtures
    from mockserver.script.rules import Rule
    from mockserver.state.recording import RecordingSession

INSTANT = Pace()
Unmatched = Literal["fail", "answer"]
RecordMode = Literal["none", "once", "new", "all"]
NEAREST = 3


class Workspace:
    """What one API key can see on one server. Tests that use different keys never see each other's.

    `on` and `enqueue` say what to answer, `requests` and the `assert_…` methods tell what came. All of it may be
    called from any thread while the server runs.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "",
        settings: Settings | None = None,
        clock: Clock | None = None,
        base: "ReloadingFixtures | None" = None,
    ) -> None:
        self.api_key = api_key
        self.base_url = base_url
        self.settings = settings or Settings()
        self.clock: Clock = clock or FrozenClock()
        self.unmatched: Unmatched | None = None
        """What becomes of a request that no rule matches: `fail`, `answer`; None fails where there are rules."""
        self.profile = self.settings.profile
        """The provider to speak like."""
        self.pace = INSTANT
        """How fast replies leave that do not say it themselves."""
        self.script = Script()
        self._base = base
        self._base_version = 0
        self.replaying: Replay | None = None
        """The recordings that answer what the script does not."""
        self.recording: RecordingSession | None = None
        """Where requests go that nothing else answers, and where the answers are kept."""
        self.gates: dict[str, Gate] = {}
        self._gate_numbers = itertools.count(1)
        self._forget()

    def _forget(self) -> None:
        bounds = self.settings
        self.mint = Mint(bounds.seed.encode())
        self.journal = Journal(max_count=bounds.max_requests, max_bytes=bounds.max_bytes)
        self.responses = Responses(
            MemoryStore[Record](
                max_count=bounds.max_responses,
                max_bytes=bounds.max_bytes,
                may_go=attrgetter("run.done"),
            ),
            invent=invent.response if self.inventing else None,
        )
        self.conversations = Conversations(
            MemoryStore[Conversation](max_count=bounds.max_conversations, max_bytes=bounds.max_bytes),
            find_item=lambda item_id: self.stored_item(item_id, ()),
            invent=invent.conversation if self.inventing else None,
            invent_item=invent.item if self.inventing else None,
        )

    # What to answer

    def on(self, **when: Any) -> "Rule":
        """A rule for requests that meet `when`; say its answer with `.reply(…)` or `.fault(…)`.

        >>> mock.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
        ... # doctest: +SKIP

        Raises: ScriptError for a `when` that says something impossible.
        """
        return self.script.on(**when)

    def enqueue(self, *parts: Any, **options: Any) -> "Rule":
        """An answer for the next request, whatever it is, after those queued before.

        Raises: ScriptError for parts that no response could have.
        """
        return self.script.enqueue(*parts, **options)

    def load(self, *paths: str | Path) -> None:
        """Add the rules of fixture files or folders. Raises: ScriptError that names file, line and key."""
        from mockserver.script.fixtures import load_fixtures  # noqa: PLC0415 - YAML only where it is used

        loaded = load_fixtures(paths)
        self.script.add(loaded.rules)
        self.script.chaos = loaded.chaos or self.script.chaos

    def replay(
        self,
        *paths: str | Path,
        speed: float = 0.0,
        all_used: bool = False,
        ignore: Sequence[str] = (),
        redact: Sequence[str] = (),
    ) -> None:
        """Answer from cassettes, or folders of them, what the script does not; in place of those before.

        `speed` is 1 for the times of the recording, 2 for half of them, 0 for none; with `all_used`, a recording that
        nobody asked for is a problem; what stands at the paths in `ignore` (`metadata.run`) may differ; `redact` is as
        it was when they were recorded.

        Raises: CassetteError that names file, line and cause; ScriptError for a path that is none.
        """
        from mockserver.responders.replay import Replay, recordings_of  # noqa: PLC0415 - YAML only where it is used

        found = recordings_of(paths)
        self.replaying = Replay(found, speed=speed, all_used=all_used, ignore=ignore, redact=redact)

    def record(self, *, upstream: str, path: str | Path, key: str | None = None, redact: Sequence[str] = ()) -> None:
        """Pass on to the base URL `upstream` what nothing else answers, and put every exchange into a cassette.

        Secrets of known shapes are left out; `redact` names more, as regular expressions or `email`. The caller's API
        key goes along, unless `key` or the variable MOCKSERVER_UPSTREAM_KEY replaces it.

        Raises: SettingsError for an upstream that is no URL.
        """
        from mockserver.state.recording import RecordingSession  # noqa: PLC0415 - likewise

        self.recording = RecordingSession(upstream=upstream, path=path, key=key, redact=redact)

    def use_cassette(
        self, path: str | Path, *, mode: RecordMode = "none", upstream: str = "", key: str | None = None, **how: Any
    ) -> None:
        """Replay a cassette or record it, as `mode` says; `how` are options of `replay`.

        none: replay. once: replay, or record where there is no such file. new: replay, and record what is not in it.
        all: record anew. In modes that may record, the call waits until no other process records this cassette.

        Raises: as `replay` and `record` do.
        """
        from mockserver.state.turn import Turn  # noqa: PLC0415 - only where it is used

        if mode == "none":
            self.replay(path, **how)
            return
        turn = Turn(Path(path))
        exists = Path(path).exists()
        if exists and mode != "all":
            self.replay(path, **how)
        if exists and mode == "once":
            turn.end()
            return
        self.record(upstream=upstream, path=path, key=key, redact=how.get("redact", ()))
        if self.recording is not None:
            self.recording.hold(turn, anew=mode == "all")

    def close(self) -> None:
        """End recording: wait for answers that are still coming, and give the cassette free."""
        if self.recording is not None:
            self.recording.close()

    def chaos(self, rate: float, *faults: "Fault") -> None:
        """Let these faults befall a part of all requests, 0 to 1, chosen by seed. A rate of 0 ends it."""
        from mockserver.model.fault import Chaos  # noqa: PLC0415 - only where it is used

        self.script.chaos = Chaos(rate=rate, faults=faults) if rate else None

    @contextmanager
    def gate(self) -> Iterator[Gate]:
        """Hold every run that starts inside the `with` block until the gate lets its events out."""
        name = self.hold()
        try:
            yield self.gates[name]
        finally:
            self.release(name)

    def hold(self) -> str:
        """The same as entering a `gate`; the gate's name in `gates`."""
        name = f"gate_{next(self._gate_numbers)}"
        self.gates[name] = Gate()
        return name

    def release(self, name: str) -> None:
        """The same as leaving it: whatever it held goes on. A gate that is gone already may be released again."""
        gate = self.gates.pop(name, None)
        if gate is not None:
            gate.open()

    @property
    def active_gate(self) -> Gate | None:
        """The gate that holds runs that start now: the newest."""
        if not self.gates:
            return None
        gates = [*self.gates.values()]  # in one step: another thread may add or release one
        return gates[-1] if gates else None

    @property
    def inventing(self) -> bool:
        """Whether ids that were never created are answered."""
        return self.settings.unknown_ids == "invent"

    @property
    def loud(self) -> bool:
        """Whether a request that no rule matches is an error."""
        return bool(self.script.rules) if self.unmatched is None else self.unmatched == "fail"

    def refresh(self) -> None:
        """Take over the server's fixture files where they have changed."""
        if self._base is None:
            return
        self._base.refresh()
        if self._base.version != self._base_version:
            self._base_version = self._base.version
            self.script.rebase(self._base.fixtures.rules, chaos=self._base.fixtures.chaos)

    def fixture_problems(self) -> Sequence[str]:
        """What is wrong with the server's fixture files as they are now; the rules before that edit still answer."""
        if self._base is None:
            return ()
        self._base.refresh()
        return [f"Fixture {problem} The rules stay as they were before the edit." for problem in self._base.problems]

    def reset(self) -> None:
        """Forget rules, responses, conversations and requests, and open the gates.

        Ids and the server's fixtures start again.
        """
        for name in list(self.gates):
            self.release(name)
        if self.replaying is not None:
            self.replaying.rewind()
        self.script.clear()
        self._base_version = 0
        self._forget()

    # What came

    @property
    def requests(self) -> Sequence[Exchange]:
        """Every request to the API and what became of it, newest last."""
        return tuple(self.journal)

    def assert_complete(self) -> None:
        """Every `times` and the whole queue are used up, no request went unmatched, no fixture file is broken.

        Raises: MismatchError, which is an AssertionError, with all that is wrong.
        """
        problems = self.problems()
        if problems:
            raise MismatchError("\n".join(problems))

    def problems(self) -> list[str]:
        """What keeps the script from being complete, and what is wrong with the server's fixture files."""
        broken = self.fixture_problems()
        missed = [f"Request {exchange}\n{exchange.miss}" for exchange in self.journal if exchange.miss]
        unused = [f"Rule {rule} answered {rule.used} of {rule.limit} times." for rule in self.script.unused()]
        replaying = self.replaying
        idle = replaying.unused() if replaying is not None and replaying.all_used else []
        return [*broken, *missed, *unused, *(f"Recording {title} was not asked for." for title in idle)]

    def assert_called(self, *, times: int | None = None, **when: Any) -> Sequence[Exchange]:
        """Requests that meet `when` came: at least one, or exactly `times`. They are returned, newest last.

        Raises: MismatchError, which is an AssertionError, with the nearest requests field by field.
        """
        wanted = self._wanted(when)
        created = [exchange for exchange in self.journal if exchange.creates]
        compared = [(wanted.differences(self._request_of(exchange)), exchange) for exchange in created]
        met = [exchange for differences, exchange in compared if not differences]
        if len(met) == times or (times is None and met):
            return met
        expected = "at least 1 request" if times is None else f"{times} request{'s' * (times != 1)}"
        lines = [f"Expected {expected} with {when or 'anything'}, got {len(met)} of {len(created)}."]
        for differences, exchange in sorted(compared, key=lambda pair: len(pair[0]))[:NEAREST]:
            lines.append(f"  {exchange}")
            lines += [f"      {difference}" for difference in differences]
        raise MismatchError("\n".join(lines))

    def search(self, **when: Any) -> Sequence[Exchange]:
        """The requests to create responses that meet `when`, newest last."""
        wanted = self._wanted(when)
        return [
            exchange
            for exchange in self.journal
            if exchange.creates and not wanted.differences(self._request_of(exchange))
        ]

    @staticmethod
    def _wanted(when: Mapping[str, Any]) -> "Rule":
        from mockserver.script.rules import Rule  # noqa: PLC0415 - only where rules are used

        return Rule(when)

    def _request_of(self, exchange: Exchange) -> CreateRequest:
        """The request of an exchange with the history that it had, as far as it is still there."""
        body = exchange.readable
        try:
            history = self.history(body)[: exchange.joined]
        except ApiError:
            history = []
        return CreateRequest(body, history=history, headers=exchange.headers, raw=exchange.raw)

    # What joins a request

    def history(self, body: Mapping[str, Any]) -> list[Item]:
        """The items of earlier turns that a body refers to.

        Raises: ApiError in the wire's order of state checks.
        """
        previous, conversation = body.get("previous_response_id"), conversation_id_of(body)
        if previous and conversation:
            raise answer("mutually_exclusive")
        if body.get("background") and body.get("store") is False:
            raise answer("background_unstored")
        if conversation:
            return list(self.conversations.get(conversation).items)
        if previous:
            record = self.responses.previous(previous)
            return list(self.responses.history(record))
        return []

    def stored_item(self, item_id: str, history: Sequence[Item]) -> Item | None:
        """The item that a reference names: of the history, or of any stored response."""
        in_history = next((item for item in history if item.get("id") == item_id), None)
        found = in_history or self.responses.item(item_id)
        return invent.item(item_id) if found is None and self.inventing else found
