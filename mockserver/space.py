"""A space: everything that one API key can see, as the engine uses it. Test authors speak to it through `Workspace`."""

import itertools
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import mockserver.replay
import mockserver.script
import mockserver.upstream
from mockserver.clock import Clock, FrozenClock
from mockserver.errors import ApiError
from mockserver.ids import SeedSource, partition_of
from mockserver.model.answer import Responder
from mockserver.model.dialect import Provider
from mockserver.model.plan import Item, Pace
from mockserver.model.request import conversation_id_of
from mockserver.settings import OPENAI, Settings, check_choice
from mockserver.spec.api_errors import api_error
from mockserver.spec.checks.body import check_schema
from mockserver.spec.checks.unchecked import NOTHING, Unchecked
from mockserver.state import synthetic
from mockserver.state.connection import Connection
from mockserver.state.conversations import Conversations, items_before
from mockserver.state.gate import Gate
from mockserver.state.journal import Watcher
from mockserver.state.reasoning_pairs import ReasoningPair
from mockserver.state.repeats import Repeats
from mockserver.state.responses import Responses
from mockserver.state.run import Run
from mockserver.state.store import MakeStore, MemoryStore
from mockserver.state.stored import StoredResponse
from mockserver.state.table import Bounded
from mockserver.state.timed_run import TimedRun

_log = logging.getLogger("mockserver")

UNKNOWN_PARAMETER = "unknown_parameter"
UNKNOWN_PARAMETER_HINT = "A newer client may send it: `--unknown-parameters accept` accepts what is not known."
INSTANT = Pace()
REASONED = 20_000  # partitions with reasoning that are known
Unmatched = Literal["fail", "answer"]


class Space:
    """What one API key can see: who answers, what is stored, what came, and what has not ended.

    Nothing in it refers back to it but runs that have not ended, so it is freed as soon as it is not used.
    """

    unmatched: Unmatched | None
    """What becomes of a request that nothing matches: `fail`, `answer`; None fails where there are rules."""
    all_used: bool
    """Whether a rule without `times` that answered nothing is a problem."""
    responders: Sequence[Responder]
    """Who is asked, in this order; what none of them answers is a miss, or answered by default."""
    name: str
    """What people call it, such as the name of a test; empty where nobody says."""
    base: "mockserver.script.ReloadingFixtures | None"
    """The server's fixture files."""
    undo: list[Callable[[], None]]
    """Called when the workspace is discarded, the last one first: what was changed outside of it."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "",
        settings: Settings | None = None,
        base: "mockserver.script.ReloadingFixtures | None" = None,
        make_store: MakeStore = MemoryStore,
        find_provider: Callable[[str], Provider] | None = None,
    ) -> None:
        self.api_key = api_key
        self.name = ""
        self.secret = api_key.encode()
        """What ties encrypted content to this API key."""
        self.base_url = base_url
        self.settings = settings or Settings()
        self.clock: Clock = FrozenClock()
        self.unmatched = None
        self.all_used = False
        self.profile = self.settings.profile
        """The provider to speak like."""
        self._find_provider = find_provider
        self.unknown_parameters = self.settings.unknown_parameters
        """What becomes of parameters that nothing is known of: `refuse` or `accept`."""
        self.encrypted_content = self.settings.encrypted_content
        """What encrypted content is accepted: `any` of the right form, or `own`."""
        self.pace = INSTANT
        """The pace of replies that state none."""
        self._script: mockserver.script.Script | None = None
        self._replay: mockserver.replay.Replay | None = None
        self._upstream: mockserver.upstream.Upstream | None = None
        self.responders = ()
        self.undo = []
        self.gates: dict[str, Gate] = {}
        self._gate_numbers = itertools.count(1)
        self._make_store = make_store
        self.base = base
        self._base_version = 0
        self._watcher: Watcher | None = None
        self._empty()

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with every exchange, once, when its answer has ended."""
        self._watcher = self.journal.watcher = watcher

    def _empty(self) -> None:
        running: dict[str, TimedRun] = {}
        store = self._make_store(
            self.settings,
            may_go=lambda key: key not in running or running[key].advances_on_poll,
            dropped=lambda key: running[key].finish() if key in running else None,
        )
        self.running = running
        """The stored responses that have not ended, by id."""
        self.turns: dict[str, TimedRun] = {}
        """The turns that have not ended, by their conversation: it takes no other one meanwhile."""
        self.store = store
        self.journal = store.journal
        self.journal.watcher = self._watcher
        self.seeds = SeedSource(self.settings.seed.encode(), counts=store.counts)
        synthesizes = self.synthesizes = self.settings.unknown_ids == "synthesize"
        """Whether ids that were never created are answered."""
        self.responses = Responses(
            store.responses,
            running,
            items_before=partial(items_before, store.conversations),
            synthesize=synthetic.response if synthesizes else None,
        )
        self.conversations = Conversations(
            store.conversations,
            find=self.responses.items,
            synthesize=synthetic.conversation if synthesizes else None,
            synthesize_item=synthetic.item if synthesizes else None,
        )
        self.repeats = Repeats()
        self.reasoned: Bounded[str, None] = Bounded(REASONED)
        """Where reasoning is stored: the partitions of responses, and ids of items that scripts have stated."""
        self._connection_numbers = itertools.count(1)

    def connect(self) -> Connection:
        """A WebSocket connection that has just been opened."""
        return Connection(next(self._connection_numbers), era=lambda: self.running)

    # Who answers

    @property
    def script(self) -> "mockserver.script.Script":
        """The rules; there are none before they are first asked for."""
        if self._script is None:
            made = mockserver.script.Script()  # imports what rules need: another thread may make one meanwhile
            if self._script is None:
                self._script = made
                self._order()
        return self._script

    @property
    def replay(self) -> "mockserver.replay.Replay | None":
        """The recordings that answer what the script does not."""
        return self._replay

    @replay.setter
    def replay(self, replay: "mockserver.replay.Replay | None") -> None:
        self._replay = replay
        self._order()

    @property
    def upstream(self) -> "mockserver.upstream.Upstream | None":
        """Where requests go that nothing else answers, and where the answers are kept."""
        return self._upstream

    @upstream.setter
    def upstream(self, upstream: "mockserver.upstream.Upstream | None") -> None:
        self._upstream = upstream
        self._order()

    @property
    def spends_own_key(self) -> bool:
        """Whether requests are passed on with a key that is not the caller's."""
        return self._upstream is not None and bool(self._upstream.session.key)

    def _order(self) -> None:
        order: Sequence[Responder | None] = (self._script, self._replay, self._upstream)
        self.responders = tuple(responder for responder in order if responder is not None)

    def use_profile(self, profile: str) -> None:
        """Speak like another provider."""
        self.profile = profile
        self.repeats = Repeats()  # requests are remembered as they were translated

    def accept_encrypted_content(self, accepted: str) -> None:
        """Accept `any` encrypted content of the right form, or this API key's `own`. Raises: SettingsError."""
        check_choice("encrypted_content", accepted)
        self.encrypted_content = accepted
        self.repeats.requests.clear()  # they were checked otherwise

    def take_unknown_parameters(self, policy: str) -> None:
        """Refuse or accept parameters that nothing is known of. Raises: SettingsError."""
        check_choice("unknown_parameters", policy)
        self.unknown_parameters = policy
        self.repeats = Repeats()  # requests are remembered as they were accepted

    def check_schema(self, operation: str, body: Any) -> dict[str, Any]:
        """Check a request's body by itself, as strictly as this space asks for.

        What is returned is as much of the body as can be read. Where an unknown parameter is refused for good, which no
        recording can answer, the log names the setting.

        Raises: ApiError.
        """
        try:
            return check_schema(operation, body, self.unchecked)
        except ApiError as error:
            if error.code == UNKNOWN_PARAMETER and not self.is_recorded:
                _log.warning("%s %s", error.message, UNKNOWN_PARAMETER_HINT)
            raise

    @property
    def provider(self) -> Provider | None:
        """The provider to speak like; None for OpenAI itself."""
        return None if self.profile == OPENAI or self._find_provider is None else self._find_provider(self.profile)

    @property
    def unchecked(self) -> Unchecked:
        """Which checks requests need not pass."""
        provider = self.provider
        unchecked = NOTHING if provider is None else provider.unchecked
        return unchecked.without_unknown if self.unknown_parameters == "accept" else unchecked

    def stored_id(self, response_id: str) -> str:
        """Under which id a response is stored: requests name it so once they are translated, also a recorded one."""
        provider = None if self.profile == OPENAI else self.provider
        return response_id if provider is None else provider.id_in(response_id)

    def run_of(self, stored: StoredResponse) -> Run:
        """The run of a stored response, shown as the provider shows it."""
        provider = self.provider
        dialect = None if provider is None or stored.sent is None else provider.dialect(stored.sent)
        return self.responses.run(stored, dialect)

    def unused_rules(self) -> "Sequence[mockserver.script.Rule]":
        """The rules that were to answer more often than they have."""
        return () if self._script is None else self._script.unused(all_used=self.all_used)

    @property
    def is_recorded(self) -> bool:
        """Whether requests may be answered that this server would refuse."""
        return self._replay is not None or self._upstream is not None

    @property
    def strict(self) -> bool:
        """Whether a request that nothing matches is an error."""
        if self.unmatched is not None:
            return self.unmatched == "fail"
        return self._replay is not None or (self._script is not None and self._script.may_create)

    def refresh(self) -> None:
        """Take over the server's fixture files where they have changed. Asked in the event loop, for a request."""
        if self.base is None:
            return
        self.base.refresh_for_requests()
        if self.base.version != self._base_version:
            self._base_version = self.base.version
            found = self.base.fixtures
            self.script.rebase(found.rules, chaos=found.chaos, prompts=found.prompts)

    # Gates

    def hold(self) -> str:
        """Hold the runs that start from now on; the name of the gate in `gates`."""
        name = f"gate_{next(self._gate_numbers)}"
        self.gates[name] = Gate()
        return name

    def release(self, name: str) -> None:
        """Open a gate and hold no more runs. Idempotent."""
        if (gate := self.gates.pop(name, None)) is not None:
            gate.open()

    @property
    def active_gate(self) -> Gate | None:
        """The gate that holds runs that start now: the newest."""
        gates = [*self.gates.values()]  # in one step: another thread may add or release one
        return gates[-1] if gates else None

    # Starting again

    def reset(self) -> None:
        """Forget rules, responses, conversations and requests, and open the gates; fixtures start again."""
        self.release_all()
        if self.replay is not None:
            self.replay.rewind()
        if self._script is not None:
            self._script.clear()
        self._base_version = 0
        self._empty()

    def note_reasoning(self, *where: str) -> None:
        """Items from there have to come with their reasoning; requests that came before are checked again."""
        if not self.reasoned:
            self.repeats.requests.clear()
        for one in where:
            self.reasoned[one] = None

    def release_all(self) -> None:
        """Open every gate, and end what waits only to be polled."""
        for name in list(self.gates):
            self.release(name)
        for run in list(self.running.values()):
            if run.advances_on_poll:
                run.finish()

    # What joins a request

    def history(self, body: Mapping[str, Any], connection: Connection | None = None) -> Sequence[Item]:
        """The items of earlier turns that a body refers to, among them those that only its connection remembers.

        Raises: ApiError in the wire's order of state checks.
        """
        previous, conversation = body.get("previous_response_id"), conversation_id_of(body)
        if previous and conversation:
            raise api_error("mutually_exclusive")
        if conversation:
            return list(self.conversations.get(conversation).items)
        if previous:
            if self._script is not None:
                self._script.prompts.find(body)
            remembered = None if connection is None else connection.context(previous)
            if remembered is not None:  # it may be empty, after a warm-up
                return remembered
            return list(self.responses.history(self.responses.previous(previous)))
        return []

    def with_prompt(self, body: dict[str, Any]) -> dict[str, Any]:
        """A body with what its prompt says. Raises: ApiError 404, or 400 for variables that are not the prompt's."""
        return body if self._script is None else self._script.prompts.joined(body)

    def stored_items(self, wanted: Collection[str], history: Sequence[Item]) -> dict[str, Item]:
        """Stored items by their ids: those of the history first."""
        found = {item["id"]: item for item in history if item.get("id") in wanted}
        missing = set(wanted) - found.keys()
        return found | self.conversations.items(missing) if missing else found

    def pairs(self, wanted: Iterable[str]) -> dict[str, ReasoningPair]:
        """Of these items those that have to come with their reasoning, as stored turns said them, by id."""
        sought = {one for one in wanted if one in self.reasoned or partition_of(one) in self.reasoned}
        return self.responses.pairs(sought) if sought else {}
