"""The script: rules in order, and what they say about a request.

The test's thread adds rules while the server's thread asks them: whatever chooses and counts holds the script's lock.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, Literal, TypeAlias, Unpack

from mockserver.authoring.difference import Difference
from mockserver.errors import ScriptError
from mockserver.ids import Draws
from mockserver.model.answer import Answer, Outcome
from mockserver.model.fault import Chaos, Fault
from mockserver.model.other_request import OtherRequest
from mockserver.model.prompt import Prompt, Prompts
from mockserver.model.request import Asked, CheckedRequest, CreateRequest
from mockserver.script import no_match
from mockserver.script.keywords import ReplyKeywords, WhenKeywords
from mockserver.script.regex_search import SearchesOfOneRequest
from mockserver.script.rules import Rule

Standing: TypeAlias = Literal["queue", "workspace", "fixture"]
"""Where a rule stands: among the answers to the next requests, those of the test, or those of the server's files."""


class Script:
    """Rules in order, behind a queue.

    The first rule that matches and is not used up answers: those of the queue are asked first, then the rules that were
    added, then the base, which a server gives to all.
    """

    def __init__(self, rules: Iterable[Rule] = (), *, chaos: Chaos | None = None) -> None:
        self.chaos = chaos
        self._lock = RLock()
        self._queue: list[Rule] = []
        self._numbers = itertools.count(1)
        self._rules = self._numbered(rules)
        self._base: list[Rule] = []
        self.prompts = Prompts()
        """What stored prompts hold."""
        self._version = object()
        """Another object after each change: the rules remembered for a request hold only while this is the same."""
        self._base_chaos: Chaos | None = None

    @property
    def rules(self) -> Sequence[Rule]:
        """All rules in the order in which they are asked, the queue's first."""
        with self._lock:
            return (*self._queue, *self._rules, *self._base)

    @property
    def queued(self) -> Sequence[Rule]:
        """The rules of the queue that have not answered yet."""
        with self._lock:
            return [rule for rule in self._queue if not rule.exhausted]

    @property
    def placed(self) -> Sequence[tuple[Standing, Rule]]:
        """All rules in the order in which they are asked, each with where it stands."""
        with self._lock:
            parts: tuple[tuple[Standing, list[Rule]], ...] = (
                ("queue", self._queue),
                ("workspace", self._rules),
                ("fixture", self._base),
            )
            return [(place, rule) for place, rules in parts for rule in rules]

    @property
    def may_create(self) -> bool:
        """Whether a rule may be about requests to create a response."""
        return any(rule.may_create for rule in self.rules)

    @property
    def empty(self) -> bool:
        """Whether there is neither a rule nor chaos."""
        return not (self._queue or self._rules or self._base or self.chaos)

    def on(self, **when: Unpack[WhenKeywords]) -> Rule:
        """A new rule at the end, for requests that meet `when`; without one, for all.

        Raises: ScriptError for a `when` that no request can meet, or with keys that do not exist.
        """
        rule = Rule(when)
        self.add([rule])
        return rule

    def enqueue(self, *parts: Any, **options: Unpack[ReplyKeywords]) -> Rule:
        """A reply for one request, after those queued before; parts and options are those of `Rule.reply`."""
        rule = Rule().times(1).reply(*parts, **options)
        self.queue([rule])
        return rule

    def queue(self, rules: Iterable[Rule]) -> None:
        """Let these rules answer the next requests, after those queued before."""
        with self._changing():
            self._queue.extend(self._numbered(rules))

    def add(self, rules: Iterable[Rule]) -> None:
        """Put rules at the end."""
        with self._changing():
            self._rules.extend(self._numbered(rules))

    def replace(self, number: int, rules: Iterable[Rule]) -> None:
        """Put rules where the one with this number is. Raises: ScriptError where it is not one of the test's own."""
        with self._changing():
            place = next((place for place, rule in enumerate(self._rules) if rule.number == number), None)
            if place is None:
                raise ScriptError(f"No rule {number} can be replaced: it is gone, queued, or stands in a fixture file.")
            self._rules[place : place + 1] = self._numbered(rules)

    def _numbered(self, rules: Iterable[Rule]) -> list[Rule]:
        """The rules, each with a number that no other one has had."""
        found = list(rules)
        for rule in found:
            rule.number = next(self._numbers)
        return found

    def rebase(self, rules: Iterable[Rule], *, chaos: Chaos | None, prompts: Sequence[Prompt] = ()) -> None:
        """Put unused copies of these rules, this chaos and these prompts instead of the base.

        The test's own prompts stay, and its chaos unless the base has some.
        """
        with self._changing():
            self.prompts.base = prompts
            self._base = self._numbered(rule.unused_copy() for rule in rules)
            if chaos is not None or self.chaos is self._base_chaos:
                self.chaos = chaos
            self._base_chaos = chaos

    def clear(self) -> None:
        """Forget all rules, the queue, the chaos and the prompts."""
        with self._changing():
            self.prompts = Prompts()
            self._queue.clear()
            self._rules.clear()
            self._base.clear()
            self.chaos = None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock while rules change, and forget which of them each request may be meant for."""
        with self._lock:
            self._version = object()
            yield

    def answer(
        self, asked: Asked, checked: CheckedRequest | None, draws: Draws, *, counted: bool = True
    ) -> Answer | None:
        """What the first rule that matches and is not used up answers.

        An answer does not count if chaos adds a fault after which clients retry, so that the next try finds the same
        rule.

        Raises: ScriptError where a rule has no reply, or a predicate raises.
        """
        if self.empty or (checked is None and asked.head.creates):
            return None
        chaos = self.chaos.pick(draws) if self.chaos else None
        counted = counted and (chaos is None or not chaos.invites_retry)
        if checked is None:
            return self._answer_other(OtherRequest(asked), chaos, counted=counted)
        request = checked.request
        with self._lock, SearchesOfOneRequest():
            # Another request with these bytes may have been read meanwhile: then it is not this one that came again.
            known = asked.checked is checked and asked.repeated
            for rule in self._rules_for(asked, request) if known else self.rules:
                if rule.exhausted or (checked.warms_up and not rule.concerns(request)):
                    continue
                if (known and rule.deterministic) or rule.matches_conditions(request):
                    return rule.next_step(counted=counted).answer(rule.title, chaos)
        return Answer(outcome=Outcome(fault=chaos)) if chaos else None

    def _answer_other(self, request: OtherRequest, chaos: Fault | None, *, counted: bool) -> Answer | None:
        """The reply of the first rule about the route of a request that creates no response."""
        with self._lock, SearchesOfOneRequest():
            for rule in self.rules:
                if not rule.has_route or not rule.matches(request):
                    continue
                step = rule.next_step(counted=False)
                if step.http or step.fault:  # a step with neither replies only where a response is created
                    rule.next_step(counted=counted)
                    return Answer(None, step.http_reply(request), Outcome(rule.title, None, chaos or step.fault))
        return Answer(outcome=Outcome(fault=chaos)) if chaos else None

    def _rules_for(self, asked: Asked, request: CreateRequest) -> Sequence[Rule]:
        """The rules that may answer a request that came before: they matched it, or depend on more than its bytes."""
        version, rules = asked.rules or (None, ())
        if version is not self._version:
            rules = [rule for rule in self.rules if not rule.deterministic or rule.matches_conditions(request)]
            asked.rules = self._version, rules
        return rules

    def nearest(self, request: CreateRequest, *, count: int = 3) -> list[tuple[Rule, list[Difference]]]:
        """The rules that differ least from a request, each with its differences."""
        return no_match.nearest(self.rules, request, count=count)

    def miss_message(self, request: CreateRequest) -> str:
        """Why no rule answers a request: what was asked, the nearest rules with their differences, what to do."""
        return no_match.miss_message(self.rules, request)

    def unused(self, *, all_used: bool = False) -> list[Rule]:
        """The rules that were to answer more often than they have; with `all_used`, each was to answer once.

        Of the base, which is there for other tests as well, only those with `times` count.
        """
        own = (*self._queue, *self._rules) if all_used else ()
        return [
            rule
            for rule in self.rules
            if (not rule.exhausted if rule.limit is not None else rule in own and not rule.used)
        ]
