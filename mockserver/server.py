"""Starting and stopping: in a thread of its own, or inside a running event loop."""

import itertools
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from mockserver import replay, script, upstream
from mockserver.clock import Clock, RealClock
from mockserver.engine import Engine, Subscriber
from mockserver.errors import ServerError, SettingsError
from mockserver.loop_thread import LoopThread
from mockserver.model.dialect import Provider
from mockserver.model.plan import Pace
from mockserver.settings import OPENAI, Settings
from mockserver.space import Space, Unmatched
from mockserver.spec.api_errors import masked
from mockserver.state.exchange import Exchange
from mockserver.state.store import MakeStore, MemoryStore
from mockserver.state.table import Bounded
from mockserver.web.access import SINGLE, Spaces
from mockserver.web.app import App
from mockserver.web.http_server import HttpServer
from mockserver.web.profile_cache import Profiles
from mockserver.web.tls import Certificate, certificate_of
from mockserver.workspace import Workspace

SHUTDOWN_SECONDS = 0.1
REMEMBERED = 1000  # workspaces that have ended


class MockServer:
    """A mock of OpenAI's Responses API on a loopback port.

    In a thread of its own, so that blocking clients work:

    >>> with MockServer() as server:
    ...     server.base_url.startswith("http://127.0.0.1:")
    True

    or in the running event loop, with `async with`. `start` and `stop` do the same by hand; both may be called
    more than once.
    """

    def __init__(self, settings: Settings | None = None, *, make_store: MakeStore = MemoryStore) -> None:
        self.settings = settings or Settings()
        self._make_store = make_store
        self._engine = Engine()
        self._spaces = Spaces(self._make_space, most=self.settings.max_workspaces)
        self._numbers = itertools.count(1)
        self._ended: Bounded[str, str] = Bounded(REMEMBERED)  # by API key, the name of the test whose workspace it was
        self._base: script.ReloadingFixtures | None = None
        self._replay: replay.Replay | None = None
        self._upstream: upstream.Upstream | None = None
        self._starting = threading.Lock()
        self._thread: LoopThread | None = None
        self._app: App | None = None
        self._runner: web.ServerRunner | None = None
        self._profiles = Profiles()
        self._watcher: Callable[[str, Exchange], None] | None = None
        self._certificate: Certificate | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        """What a client's `base_url` is set to. Raises: ServerError while the server is not running."""
        return f"{self.origin}/v1"

    @property
    def origin(self) -> str:
        """Scheme, host and port. Raises: ServerError while the server is not running."""
        if not self._port:
            raise ServerError("The server is not running. Start it: `with MockServer() as server: …` or `start()`.")
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://{host}:{self._port}"

    @property
    def ca_file(self) -> Path | None:
        """The file of the authority that clients have to trust, with the setting `tls` and while the server runs."""
        return self._certificate.authority if self._certificate else None

    def workspace(
        self,
        api_key: str | None = None,
        *,
        fixtures: str | Path | Sequence[str | Path] = (),
        pace: Pace | float | None = None,
        unmatched: Unmatched | None = None,
        all_used: bool | None = None,
        clock: Clock | None = None,
        profile: str | None = None,
        unknown_parameters: str | None = None,
        encrypted_content: str | None = None,
    ) -> Workspace:
        """The workspace of `api_key`, or a fresh one with a key of its own, set up as asked.

        `fixtures` are files or folders of rules; `pace` is for replies that have none (a number: deltas per second);
        `unmatched` is what becomes of requests that no rule matches: `fail` or `answer`; with `all_used`, a rule that
        answers no request is a problem of `assert_complete`; `profile` is the provider to speak like;
        `unknown_parameters` is what becomes of parameters that the server does not know: `refuse` or `accept`;
        `encrypted_content` is what is accepted in input items: `any` or `own`.

        Raises: ScriptError for a fixture file or a pace that is wrong, SettingsError for anything else that is.
        """
        _check_options(api_key, unmatched, clock)
        paced = None if pace is None else script.read_pace(pace if isinstance(pace, Pace) else {"rate": pace})
        workspace = Workspace(self._spaces.claim(self._key(api_key)))
        workspace.clock = clock or workspace.clock
        workspace.unmatched = unmatched or workspace.unmatched
        workspace.all_used = workspace.all_used if all_used is None else all_used
        workspace.unknown_parameters = unknown_parameters or workspace.unknown_parameters
        workspace.encrypted_content = encrypted_content or workspace.encrypted_content
        if profile is not None:
            self._check_profile(profile)
            workspace.profile = profile
        workspace.pace = paced or workspace.pace
        if fixtures:
            workspace.load(*([fixtures] if isinstance(fixtures, str | Path) else fixtures))
        return workspace

    def _key(self, api_key: str | None) -> str:
        if self.settings.single_workspace:
            return SINGLE
        return f"sk-mock-{next(self._numbers):012d}" if api_key is None else api_key

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with the space and the run, once for every response that is finished, however it ended.

        It is called in the server's thread; what it raises is logged.
        """
        self._engine.subscribe(subscriber)

    def watch(self, watcher: Callable[[str, Exchange], None]) -> None:
        """Call `watcher` with the API key and the exchange, once for every request, when its answer has ended.

        It is called in the server's thread; call this before that starts.
        """
        self._watcher = watcher

    def discard(self, workspace: Workspace) -> None:
        """Forget a workspace, when all that it records is on disk; its key gets a new one if it is used again."""
        workspace.close()
        workspace.space.release_all()
        self._spaces.discard(workspace.api_key)
        if workspace.space.name:
            self._ended[workspace.api_key] = workspace.space.name

    def strays(self) -> list[str]:
        """One message for each request since the last call that belongs to no workspace that `workspace` returned.

        Nobody looks at what is said there: a client with another key got default answers. They are forgotten.
        """
        came = [(space.api_key, exchange) for space in self._spaces.take_unclaimed() for exchange in space.journal]
        return [f"Request {exchange} came {_with_key(key, self._ended.get(key))}." for key, exchange in came]

    def _make_space(self, api_key: str) -> Space:
        made = Space(
            api_key=api_key,
            base_url=self.base_url,
            settings=self.settings,
            base=self._base,
            make_store=self._make_store,
            find_provider=self._provider,
        )
        settings = self.settings
        made.unmatched = "fail" if settings.unmatched == "fail" else "answer" if settings.unmatched else None
        made.pace = Pace(rate=settings.pace or None)
        made.clock = RealClock() if settings.clock == "real" else made.clock
        made.replay = self._replay.fresh() if self._replay else None
        made.upstream = self._upstream
        if self._watcher is not None:
            made.watch(partial(self._watcher, api_key))
        return made

    def _provider(self, name: str) -> Provider:
        """The provider that a profile describes, as it was when the server started."""
        return self._profiles.named(name)

    def start(self) -> None:
        """Start in a thread. Raises: ServerError where the address cannot be listened on."""
        with self._starting:
            if self._runner is not None:
                return
            self._thread = LoopThread()
            try:
                self._thread.run(self.astart())
            except BaseException:
                self._thread.close()
                self._thread = None
                raise

    def stop(self) -> None:
        """Stop, with every stream that is still open. In a process that was forked, the server of its parent goes on.

        Raises: ServerError for a server that `astart` or `async with` started: only its own loop can stop it.
        """
        if self._thread is None and self._runner is not None:
            raise ServerError("The server runs in an event loop, which only `await server.astop()` can stop.")
        if self._thread is not None and self._thread.is_here:
            self._thread.run(self.astop())
            self._thread.close()
        self._thread, self._runner, self._port = None, None, 0

    async def astart(self) -> None:
        """Start in the running event loop. Raises: ServerError where the address cannot be listened on."""
        if self._runner is not None:
            return
        if self.settings.fixtures:
            self._base = script.ReloadingFixtures(self.settings.fixtures)
        self._profiles = Profiles()  # files may have changed since the last start
        self._check_profile(self.settings.profile)
        for space in self._spaces.values():
            space.use_profile(space.profile)
        self._take_up_cassettes()
        app = App(settings=self.settings, engine=self._engine, spaces=self._spaces, profiles=self._profiles)
        self._certificate = certificate_of(self.settings)
        try:
            self._runner = await self._listen(app)
        except ServerError:
            self._forget_certificate()
            raise
        self._app = app
        self._engine.lag.start()
        self._port = self._runner.addresses[0][1]

    async def _listen(self, handler: Any) -> web.ServerRunner:
        """Take requests, which `handler` gets as the factory makes them; aiohttp's types do not say so."""
        runner = web.ServerRunner(
            HttpServer(handler, patience=self.settings.client_timeout), shutdown_timeout=SHUTDOWN_SECONDS
        )
        await runner.setup()
        context = self._certificate.context if self._certificate else None
        try:
            await web.TCPSite(runner, self.settings.host, self.settings.port, ssl_context=context).start()
        except OSError as error:
            await runner.cleanup()
            wanted = f"{self.settings.host}:{self.settings.port}"
            raise ServerError(
                f"Cannot listen on {wanted}: {error.strerror or error}. Port 0 picks a free one."
            ) from error
        return runner

    def _forget_certificate(self) -> None:
        if self._certificate is not None:
            self._certificate.close()
        self._certificate = None

    async def astop(self) -> None:
        """Stop, with every stream that is still open."""
        runner, self._runner, self._port = self._runner, None, 0
        if self._app is not None:
            self._app.close_sockets()
            self._app = None
        if runner is not None:
            await runner.cleanup()
        self._forget_certificate()
        await self._engine.close()
        for space in self._spaces.values():
            space.release_all()

    def _check_profile(self, name: str) -> None:
        """Read a profile now, so that an error in it is raised where it is chosen. Raises: SettingsError."""
        if name != OPENAI:
            self._profiles.named(name)

    def _take_up_cassettes(self) -> None:
        """What every API key replays, and where all of them are recorded."""
        settings = self.settings
        if settings.replay:
            self._replay = replay.replay(settings.replay, settings, speed=settings.speed)
        if settings.upstream:
            self._upstream = upstream.record(settings, upstream=settings.upstream, path=settings.cassette)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await self.astart()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.astop()


def _check_options(api_key: Any, unmatched: Any, clock: Any) -> None:
    """Refuse options of a workspace that cannot work. Raises: SettingsError."""
    if unmatched not in {None, "fail", "answer"}:
        raise SettingsError(f"unmatched is {unmatched!r}; expected 'fail' or 'answer'.")
    if api_key is not None and not (isinstance(api_key, str) and api_key.strip()):
        raise SettingsError(f"the API key of a workspace is {api_key!r}; expected a text that is not empty.")
    if clock is not None and not hasattr(clock, "elapsed"):
        raise SettingsError(f"clock is {clock!r}; expected a clock, such as RealClock() or ManualClock().")


def _with_key(key: str, ended: str | None) -> str:
    if not key:
        return "without an API key"
    before = f". It was that of {ended}, which has ended" if ended else ""
    return f"with the key {masked(key)}, which no workspace has{before}"
