"""Rules and the script that holds them.

The test's thread adds rules while the server's thread asks them: whatever chooses and counts holds the script's lock.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any

from mockserver.errors import ScriptError
from mockserver.ids import Draws
from mockserver.model.fault import Chaos, Fault
from mockserver.model.plan import Pace, Plan
from mockserver.model.request import CreateRequest
from mockserver.responders.difference import Difference, Verbatim, differing, shown
from mockserver.responders.matching import conditions
from mockserver.responders.misfits import misfit, spelt
from mockserver.responders.readings import output_names, tool_names
from mockserver.responders.replies import Reply, check_parts, pace_of
from mockserver.responders.words import excerpt

_OWN_MODULES = ("mockserver", "pytest_plugin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one use of a rule gives: a reply, a fault, or a reply with a fault; a fault alone spoils the default one."""

    reply: Reply | None = None
    fault: Fault | None = None


class Rule:
    """What to answer to which requests, and how often.

    Each call of `reply` adds a step: the first request gets the first, the last one is repeated. A `fault` with a
    status is a step of its own, any other fault belongs to the reply before it.
    """

    def __init__(self, when: Mapping[str, Any] | None = None, *, place: str | None = None) -> None:
        self.when = dict(when or {})
        self.place = place or _caller()
        self.name: str | None = None
        self.limit: int | None = None
        self.used = 0
        self.steps: list[Step] = []
        self._conditions = conditions(self.when)
        self._pace: Pace | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.place})" if self.name else self.place

    def __repr__(self) -> str:
        return f"<Rule {self}>"

    def reply(
        self,
        *parts: Any,
        status: Any = None,
        incomplete_reason: str | None = None,
        error: Mapping[str, Any] | None = None,
        usage: Mapping[str, Any] | None = None,
        pace: Pace | None = None,
        **response: Any,
    ) -> "Rule":
        """Answer with text, items, lists of these, a `Plan`, or a function of the request that returns one of these.

        Other keywords are fields of the response, stated as they are.

        Raises: ScriptError for parts and options that no response could have.
        """
        said = parts[0] if len(parts) == 1 else list(parts)
        check_parts(said)
        return self.step(
            Reply(
                parts=said,
                status=status,
                incomplete_reason=incomplete_reason,
                error=error,
                usage=usage or {},
                overrides=response,
                pace=pace,
            )
        )

    def step(self, reply: Reply) -> "Rule":
        """Add a reply that is made already."""
        self.steps.append(Step(reply=reply))
        return self

    def fault(self, **fields: Any) -> "Rule":
        """Let the answer go wrong; the keywords are `Fault`'s."""
        fault = Fault(**fields)
        if fault.status is None and self.steps:
            self.steps[-1] = replace(self.steps[-1], fault=fault)
        else:
            self.steps.append(Step(fault=fault))
        return self

    def times(self, count: int) -> "Rule":
        """Answer so many requests, then no more."""
        self.limit = times_of(count)
        return self

    def pace(self, *, first: float = 0.0, rate: float | None = None, jitter: float = 0.0) -> "Rule":
        """When the events leave; a reply's own pace goes before it."""
        self._pace = pace_of(Pace(first=first, rate=rate, jitter=jitter))
        return self

    def named(self, name: str) -> "Rule":
        """Give the rule a name for messages and the journal."""
        self.name = name
        return self

    @property
    def unpaced(self) -> bool:
        """Whether it has no pace of its own."""
        return self._pace is None

    @property
    def spent(self) -> bool:
        """Whether it has answered as often as it may."""
        return self.limit is not None and self.used >= self.limit

    def differences(self, request: CreateRequest) -> list[Difference]:
        """Why the rule does not answer a request; nothing where it would."""
        found = differing(self._conditions, request)
        if self.spent:
            found.append(Difference(field="times", wanted=f"at most {self.limit}", got=Verbatim("one more")))
        return found

    def take(self, *, counted: bool = True) -> Step:
        """The step that is due; a use that is not counted leaves it due."""
        if not self.steps:
            raise ScriptError(f"Rule {self} matches, but says no answer. Call .reply(…) or .fault(…) on it.")
        step = self.steps[min(self.used, len(self.steps) - 1)]
        self.used += counted
        return step

    def plan(self, step: Step, request: CreateRequest) -> Plan | None:
        """The plan of a step, or None where it leaves the answer to others.

        Raises: ScriptError, with the rule's name.
        """
        if step.reply is None:
            return None
        try:
            plan = step.reply.plan(request)
        except ScriptError as error:
            raise ScriptError(f"Rule {self}: {error}") from error
        return replace(plan, pace=self._pace) if self._pace and step.reply.pace is None else plan

    def fresh(self) -> "Rule":
        """The same rule, unused; what is done to either does not show in the other."""
        made = copy(self)
        made.used = 0
        made.steps = list(self.steps)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """What a script says about a request."""

    request: CreateRequest
    rule: Rule | None = None
    """The rule that answered; None where only chaos did."""
    step: Step = Step()
    fault: Fault | None = None

    @property
    def repeatable(self) -> bool:
        """Whether the plan follows from the step and the request alone, so that it need not be made again."""
        unpaced = self.rule is None or self.rule.unpaced
        return unpaced and (self.step.reply is None or self.step.reply.repeatable)

    @property
    def plan(self) -> Plan | None:
        """The plan, made now; None where only a fault was said: the default answer, spoilt.

        Raises: ScriptError where the rule cannot make its answer.
        """
        if self.rule is None or (self.fault and self.fault.status):
            return None
        return self.rule.plan(self.step, self.request)


class Script:
    """Rules in order, behind a queue.

    The queue is asked first: while it holds a reply, the next request gets it, whatever it is. Then the first rule that
    matches and is not used up answers; the rules that were added come before the base, which a server gives to all.
    """

    def __init__(self, rules: Iterable[Rule] = (), *, chaos: Chaos | None = None) -> None:
        self.chaos = chaos
        self._lock = RLock()
        self._queue: list[Rule] = []
        self._rules = list(rules)
        self._base: list[Rule] = []

    @property
    def rules(self) -> Sequence[Rule]:
        """All rules in the order in which they are asked, the queue's first."""
        with self._lock:
            return (*self._queue, *self._rules, *self._base)

    @property
    def empty(self) -> bool:
        """Whether there is neither a rule nor chaos."""
        return not (self._queue or self._rules or self._base or self.chaos)

    def on(self, **when: Any) -> Rule:
        """A new rule at the end, for requests that meet `when`; without one, for all.

        Raises: ScriptError for a `when` that says something impossible.
        """
        rule = Rule(when)
        self.add([rule])
        return rule

    def enqueue(self, *parts: Any, **options: Any) -> Rule:
        """A reply for one request, after those queued before; parts and options are those of `Rule.reply`."""
        rule = Rule().times(1).reply(*parts, **options)
        with self._lock:
            self._queue.append(rule)
        return rule

    def add(self, rules: Iterable[Rule]) -> None:
        """Put rules at the end."""
        with self._lock:
            self._rules.extend(rules)

    def rebase(self, rules: Iterable[Rule], *, chaos: Chaos | None) -> None:
        """Put unused copies of these rules in the place of the base; its chaos is kept where there is one."""
        with self._lock:
            self._base = [rule.fresh() for rule in rules]
            self.chaos = chaos or self.chaos

    def clear(self) -> None:
        """Forget all rules, the queue and the chaos."""
        with self._lock:
            self._queue.clear()
            self._rules.clear()
            self._base.clear()
            self.chaos = None

    def answer(self, request: CreateRequest, draws: Draws) -> Scripted | None:
        """The answer of the first rule that matches and is not used up, or None.

        An answer that chaos spoils does not count, so that a client that tries again finds the same rule.

        Raises: ScriptError where a rule says no answer, or a predicate raises.
        """
        if self.empty:
            return None
        chaos = self.chaos.pick(draws) if self.chaos else None
        with self._lock:
            rule = next((rule for rule in self.rules if not rule.differences(request)), None)
            step = rule.take(counted=chaos is None) if rule else Step()
        if rule is None:
            return Scripted(request=request, fault=chaos) if chaos else None
        return Scripted(request=request, rule=rule, step=step, fault=chaos or step.fault)

    def nearest(self, request: CreateRequest, count: int = 3) -> list[tuple[Rule, list[Difference]]]:
        """The rules that differ least from a request, each with its differences; to be used up counts nothing."""
        found = [(rule, rule.differences(request)) for rule in self.rules]
        return sorted(found, key=lambda one: len(one[1]) - one[0].spent)[:count]

    def miss_message(self, request: CreateRequest) -> str:
        """Why no rule answers a request: what was asked, the nearest rules with their differences, what to do."""
        near = self.nearest(request)
        lines = [
            f"No rule matches this request: {asked(request)}.",
            "Nearest rules:" if near else "There are no rules.",
        ]
        for number, (rule, found) in enumerate(near, start=1):
            lines.append(f"  {number}. {rule}")
            lines += [f"       {difference}" for difference in found]
        lines.append("Add a rule that matches it, or change the request; or let unmatched requests be answered.")
        return "\n".join(lines)

    def unused(self) -> list[Rule]:
        """The rules that were to answer more often than they have."""
        return [rule for rule in self.rules if rule.limit is not None and not rule.spent]


def times_of(count: Any) -> int:
    """How often a rule may answer. Raises: MisfitError."""
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        return count
    raise misfit(f"expected a number of times, 1 or more, got {spelt(count)}.")


def asked(request: CreateRequest) -> str:
    """A request in one line: `model 'gpt-4.1', input 'hello', tools get_weather`."""
    parts = [f"model {request.model!r}", f"input {excerpt(request.user_text)!r}"]
    named = {"tools": tool_names(request), "tool outputs": output_names(request)}
    parts += [f"{what} {', '.join(names)}" for what, names in named.items() if names]
    linked = ("previous_response_id", "conversation")
    return ", ".join([*parts, *(f"{key} {shown(request.body[key])}" for key in linked if request.body.get(key))])


def _caller() -> str:
    """Where the script's author is: file and line of the nearest frame outside this package."""
    frame = sys._getframe(1)  # noqa: SLF001 - the documented way to a frame that costs microseconds
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _OWN_MODULES:
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    here = Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{frame.f_lineno}"
