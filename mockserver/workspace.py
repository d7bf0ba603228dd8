"""A workspace: what a test says to everything that one API key can see, and what it asks of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Unpack

import mockserver.replay
import mockserver.script
import mockserver.upstream
from mockserver.adoption import adopt
from mockserver.clock import Clock
from mockserver.errors import MismatchError
from mockserver.model.fault import Chaos, Fault
from mockserver.model.plan import Pace
from mockserver.model.recorded import BeforeRecord
from mockserver.space import Space, Unmatched
from mockserver.spec.api_errors import masked
from mockserver.state.exchange import Exchange
from mockserver.state.gate import Gate
from mockserver.tracebacks import ends_at_caller
from mockserver.verification import called, fixture_problems, matching, problems, used_recordings

RecordMode = Literal["none", "once", "new", "all"]


class Workspace:
    """What one API key can see on one server. Tests that use different keys never see each other's.

    `on` and `enqueue` say what to answer, `requests` and the `assert_…` methods show what came. All of it may be
    called from any thread while the server runs.
    """

    def __init__(self, space: Space) -> None:
        self._space = space

    def __repr__(self) -> str:
        counts = f"{len(self.script.rules)} rules, {len(self._space.journal)} requests"
        return f"<Workspace {masked(self.api_key)} at {self.base_url}: {counts}>"

    @property
    def space(self) -> Space:
        """The state behind it, as the engine uses it."""
        return self._space

    @property
    def api_key(self) -> str:
        """The API key that chooses it."""
        return self._space.api_key

    @property
    def base_url(self) -> str:
        """What a client's `base_url` is set to."""
        return self._space.base_url

    @property
    def clock(self) -> Clock:
        """The time of its objects and streams."""
        return self._space.clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self._space.clock = clock

    @property
    def pace(self) -> Pace:
        """The pace of replies that state none."""
        return self._space.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._space.pace = pace

    @property
    def unmatched(self) -> Unmatched | None:
        """What becomes of a request that nothing matches: `fail`, `answer`; None fails where there are rules."""
        return self._space.unmatched

    @unmatched.setter
    def unmatched(self, unmatched: Unmatched | None) -> None:
        self._space.unmatched = unmatched

    @property
    def all_used(self) -> bool:
        """Whether a rule without `times` that answered no request is a problem."""
        return self._space.all_used

    @all_used.setter
    def all_used(self, all_used: bool) -> None:
        self._space.all_used = all_used

    @property
    def profile(self) -> str:
        """The provider to speak like: a built-in profile, or the path of a file."""
        return self._space.profile

    @profile.setter
    def profile(self, profile: str) -> None:
        self._space.use_profile(profile)

    @property
    def unknown_parameters(self) -> str:
        """What becomes of parameters that the server does not know: `refuse` or `accept`."""
        return self._space.unknown_parameters

    @unknown_parameters.setter
    def unknown_parameters(self, policy: str) -> None:
        self._space.take_unknown_parameters(policy)

    @property
    def encrypted_content(self) -> str:
        """What encrypted content is accepted in input items: this API key's `own`, or `any` of the right form."""
        return self._space.encrypted_content

    @encrypted_content.setter
    def encrypted_content(self, accepted: str) -> None:
        self._space.accept_encrypted_content(accepted)

    @property
    def script(self) -> "mockserver.script.Script":
        """The rules, in the order in which they are asked."""
        return self._space.script

    @property
    def gates(self) -> Mapping[str, Gate]:
        """The gates that hold runs, by name, the newest last."""
        return self._space.gates

    # What to answer

    @ends_at_caller
    def on(self, **when: "Unpack[mockserver.script.WhenKeywords]") -> "mockserver.script.Rule":
        """A rule for requests that meet `when`; say its answer with `.reply(…)` or `.fault(…)`.

        >>> mock.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
        ... # doctest: +SKIP

        Raises: ScriptError for a `when` that says something impossible.
        """
        return self._space.script.on(**when)

    @ends_at_caller
    def enqueue(self, *parts: Any, **options: "Unpack[mockserver.script.ReplyKeywords]") -> "mockserver.script.Rule":
        """An answer for the next request, whatever it is, after those queued before.

        Raises: ScriptError for parts that no response could have.
        """
        return self._space.script.enqueue(*parts, **options)

    @ends_at_caller
    def prompt(
        self,
        prompt_id: str,
        *,
        model: str,
        messages: str | Sequence[Mapping[str, str]] = (),
        version: str = "1",
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what a stored prompt holds, for requests that name it: its model, and what stands before the input.

        `messages` have a `role` and a `content`, in which `{{name}}` stands for a variable; a text is a developer's.
        `settings` are parameters that a request need not state, such as `tools` or `reasoning`. A request without a
        version gets the one that was added last. Once there are prompts, others are not found.

        Raises: ScriptError for what no prompt could hold.
        """
        written = {"id": prompt_id, "model": model, "messages": messages, "version": version}
        prompt = mockserver.script.read_prompt({**written, "settings": settings or {}})
        self._space.script.prompts.add([prompt])

    @ends_at_caller
    def load(self, *paths: str | Path) -> None:
        """Add the rules of fixture files or folders. Raises: ScriptError that names file, line and key."""
        loaded = mockserver.script.load_fixtures(paths)
        self._space.script.add(loaded.rules)
        self._space.script.chaos = loaded.chaos or self._space.script.chaos
        self._space.script.prompts.add(loaded.prompts)

    def replay(self, *paths: str | Path, **how: "Unpack[mockserver.replay.ReplayKeywords]") -> None:
        """Answer from cassettes, or folders of them, what the script does not; they replace those before.

        `speed` is 1 for the times of the recording, 2 for half of them, 0 for none; with `all_used`, a recording that
        no request used is a problem; what stands at the paths in `ignore` (`metadata.run`) may differ; `redact` and
        `before_record` are as they were when they were recorded. With `repeat`, a recording answers again when none is
        left for a request; with `order`, the next one answers where only the prompt differs. `match_on` names what is
        compared, of `method`, `path`, `query` and `body`, and functions that take a recording and a request. A cassette
        older than `max_age` days is a warning, or with `on_expiry="fail"` an error.

        Raises: CassetteError that names file, line and cause; ScriptError for invalid options.
        """
        self._space.replay = mockserver.replay.replay(paths, self._space.settings, **how)

    def record(
        self,
        *,
        upstream: str,
        path: str | Path,
        key: str | None = None,
        redact: Sequence[str] = (),
        before_record: BeforeRecord | None = None,
    ) -> None:
        """Pass on to the base URL `upstream` what nothing else answers, and put every exchange into a cassette.

        Known secrets are left out; `redact` names more, as regular expressions, `email` or `phone`. The caller's API
        key goes along, unless `key` or the variable MOCKSERVER_UPSTREAM_KEY replaces it. What the server's settings
        redact is redacted as well. `before_record` takes each exchange and gives the one to record, or None.

        Raises: SettingsError for an upstream that is not a valid URL.
        """
        self._space.upstream = mockserver.upstream.record(
            self._space.settings, upstream=upstream, path=path, key=key, redact=redact, before_record=before_record
        )

    def use_cassette(
        self, path: str | Path, *, mode: RecordMode = "none", upstream: str = "", key: str | None = None, **how: Any
    ) -> None:
        """Replay a cassette or record it, as `mode` says; `how` are options of `replay`.

        none: replay. once: replay, or record where there is no such file. new: replay, and record what is not in it.
        all: record anew, as once and new do with a cassette that is too old, if `on_expiry` is record. In modes that
        may record, the call waits until no other process records this cassette.

        Raises: as `replay` and `record` do.
        """
        if mode == "none":
            self.replay(path, **how)
            return
        lock = mockserver.upstream.FileLock(Path(path))
        exists = Path(path).exists()
        anew = mode == "all" or mockserver.replay.is_expired(Path(path), self._space.settings, how)
        if exists and not anew:
            self.replay(path, **how)
        if exists and not anew and mode == "once":
            lock.release()
            return
        kept = {name: how[name] for name in ("redact", "before_record") if name in how}
        self.record(upstream=upstream, path=path, key=key, **kept)
        if self._space.upstream is not None:
            self._space.upstream.session.hold(lock, anew=anew)

    def used_recordings(self) -> Sequence[str]:
        """The recordings that have answered, as `FILE:LINE`, and the file that was recorded, with full paths."""
        return used_recordings(self._space)

    def share_cassette(self, other: "Workspace") -> None:
        """Replay and record what another workspace does: one session, of several API keys."""
        self._space.replay, self._space.upstream = other.space.replay, other.space.upstream

    def adopt(self, *clients: Any) -> None:
        """Point clients that exist already at this workspace: `OpenAI`, `AsyncOpenAI`, and Azure's.

        They are pointed back when the workspace is closed; the pytest plugin does so at the end of the test.

        Raises: SettingsError for an object that is not such a client.
        """
        for client in clients:
            self._space.undo.append(adopt(client, base_url=self.base_url, api_key=self.api_key))

    def close(self) -> None:
        """Point adopted clients back; end recording: wait for answers that are still coming, release the cassette."""
        while self._space.undo:
            self._space.undo.pop()()
        if self._space.upstream is not None:
            self._space.upstream.session.close()

    def chaos(self, rate: float, *faults: Fault) -> None:
        """Inject these faults into a fraction of all requests, 0 to 1, chosen by seed. A rate of 0 ends it."""
        self._space.script.chaos = Chaos(rate=rate, faults=faults) if rate else None

    @contextmanager
    def gate(self) -> Iterator[Gate]:
        """Hold every run that starts inside the `with` block until the gate lets its events out."""
        name = self.hold()
        try:
            yield self.gates[name]
        finally:
            self.release(name)

    def hold(self) -> str:
        """Enter a new gate without a `with` block. Returns its name in `gates`."""
        return self._space.hold()

    def release(self, name: str) -> None:
        """Leave a gate: the runs that it held go on. Idempotent."""
        self._space.release(name)

    @property
    def active_gate(self) -> Gate | None:
        """The gate that holds runs that start now: the newest."""
        return self._space.active_gate

    def fixture_problems(self) -> Sequence[str]:
        """What is wrong with the server's fixture files as they are now; the rules before that edit still answer."""
        return fixture_problems(self._space)

    def reset(self) -> None:
        """Forget rules, responses, conversations and requests, and open the gates.

        Ids and the server's fixtures start again.
        """
        self._space.reset()

    # What came

    @property
    def requests(self) -> Sequence[Exchange]:
        """Every request to the API and what became of it, newest last."""
        return tuple(self._space.journal)

    def assert_complete(self) -> None:
        """Every `times` and the whole queue are used up, no request went unmatched, no fixture file is broken.

        Raises: MismatchError, which is an AssertionError, with all that is wrong.
        """
        problems = self.problems()
        if problems:
            raise MismatchError("\n".join(problems))

    def problems(self) -> list[str]:
        """What keeps the script from being complete, and what is wrong with the server's fixture files."""
        return problems(self._space)

    @ends_at_caller
    def assert_called(
        self, *, times: int | None = None, **when: "Unpack[mockserver.script.WhenKeywords]"
    ) -> Sequence[Exchange]:
        """Requests that meet `when` came: at least one, or exactly `times`. They are returned, newest last.

        Raises: MismatchError, which is an AssertionError, with the nearest requests field by field.
        """
        return called(self._space, mockserver.script.Rule(when), when or "anything", times=times)

    @ends_at_caller
    def wait_for(self, *, timeout: float = 5.0, **when: "Unpack[mockserver.script.WhenKeywords]") -> Exchange:
        """The first request that meets `when`; wait until one comes, for `timeout` seconds at most.

        Call it from a test's thread, not from the server's event loop.

        Raises: MismatchError, which is an AssertionError, with the nearest requests where none came in time.
        """
        self._space.journal.wait_until(lambda: bool(self.search(**when)), timeout=timeout)
        return self.assert_called(**when)[0]

    @ends_at_caller
    def search(self, **when: "Unpack[mockserver.script.WhenKeywords]") -> Sequence[Exchange]:
        """The requests that meet `when`, newest last; those to create responses, unless `when` is about a route."""
        return matching(self._space, mockserver.script.Rule(when))
