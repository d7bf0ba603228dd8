"""Rules: what to answer to which requests, and how often."""

import sys
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Unpack

from mockserver.authoring.arguments import call
from mockserver.authoring.diagnostics import Reader, as_mapping, as_text, describe, problem, read_mapping
from mockserver.authoring.difference import Difference, Verbatim
from mockserver.authoring.takes import takes
from mockserver.errors import ScriptError
from mockserver.model.answer import Answer, Coming, HttpReply, Outcome, VariesWith
from mockserver.model.fault import Fault
from mockserver.model.plan import ChangeEvents, Pace, Plan
from mockserver.model.request import CreateRequest
from mockserver.script.event_order import read_events
from mockserver.script.http_replies import HttpTemplate, read_http_reply
from mockserver.script.keywords import FaultKeywords, PaceKeywords, ReplyKeywords, ResponseKeywords
from mockserver.script.replies import ScriptedReply, read_parts
from mockserver.script.reply_options import OPTIONS, read_pace, stated_by
from mockserver.script.when import When, read_when
from mockserver.tracebacks import ends_at_caller

FIELDS: Final = frozenset(ResponseKeywords.__annotations__)
"""Fields of the response that a reply may state."""
REPLY_OPTIONS: Final[Mapping[str, Reader]] = {**OPTIONS, **dict.fromkeys(FIELDS, as_text)}
"""What else it may state; the fields stand here to be suggested for keywords that do not exist."""
STRUCTURED: Final = ("json", "fill")
"""Keywords that stand for a part of the same name: structured output."""
_OWN_MODULES = ("mockserver", "pytest_plugin")


class RuleStep:
    """What one use of a rule gives: a reply, a fault, or both.

    A fault alone is applied to the answer of the next responder.
    """

    __slots__ = ("_answer", "fault", "http", "pace", "reply", "varies_with")

    def __init__(
        self,
        *,
        reply: ScriptedReply | None = None,
        http: HttpTemplate | None = None,
        fault: Fault | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.reply = reply
        """The reply to a request to create a response."""
        self.http = http
        """The reply to any other request."""
        self.fault = fault
        self.pace = pace
        """The pace of a reply that states none."""
        self.varies_with: VariesWith = "call" if reply is None else reply.varies_with
        """What its plans depend on."""
        self._answer: Answer | None = None

    def answer(self, title: str, chaos: Fault | None) -> Answer:
        """What it answers as a step of the rule with this title: with the fault of chaos, where there is one."""
        fault, known = chaos or self.fault, self._answer
        if known is None or known.outcome.by is not title or known.outcome.fault is not fault:
            planner = self if self.reply is not None else None
            known = self._answer = Answer(planner, None, Outcome(title, None, fault))
        return known

    def with_fault(self, fault: Fault) -> "RuleStep":
        """A copy of the step with this fault."""
        return RuleStep(reply=self.reply, http=self.http, fault=fault, pace=self.pace)

    def with_events(self, events: ChangeEvents) -> "RuleStep":
        """A copy of the step whose streams have the events that `events` makes of the usual ones."""
        reply = self.reply or ScriptedReply(parts=[])
        changed = replace(reply, stated={**reply.stated, "events": events})
        return RuleStep(reply=changed, fault=self.fault, pace=self.pace)

    def with_pace(self, pace: Pace) -> "RuleStep":
        """A copy of the step at this pace."""
        return RuleStep(reply=self.reply, http=self.http, fault=self.fault, pace=pace)

    def http_reply(self, request: CreateRequest) -> HttpReply | Coming | None:
        """The reply to a request that creates no response, None where it has none.

        Raises: ScriptError where the request lacks what a placeholder names.
        """
        if self.http is None:
            return None
        due = self.pace.first if self.pace else 0.0
        return Coming(partial(_called, self.http, request, due)) if self.http.calls else self.http.fill(request, due)

    async def called(self, request: CreateRequest) -> "RuleStep":
        """The step with what the functions of its reply return for a request. Raises: ScriptError."""
        reply = None if self.reply is None else await self.reply.called(request)
        return RuleStep(reply=reply, http=self.http, fault=self.fault, pace=self.pace)

    def plan(self, request: CreateRequest, draws: object = None) -> Plan:  # noqa: ARG002 - a planner's arguments
        """The plan of its reply for a request. Raises: ScriptError where the reply makes none."""
        if self.reply is None:
            raise ScriptError("a fault alone makes no plan.")
        plan = self.reply.plan(request)
        return replace(plan, pace=self.pace) if self.pace is not None and "pace" not in self.reply.stated else plan


class Rule:
    """What to answer to which requests, and how often.

    Each call of `reply` adds a step: the first request gets the first, the last one is repeated. A `fault` with a
    status is a step of its own, any other fault belongs to the reply before it.
    """

    def __init__(self, when: Mapping[str, Any] | When | None = None, *, location: str | None = None) -> None:
        self._when = when if isinstance(when, When) else read_when(when or {})
        self.when = self._when.written
        self.location = location or _caller()
        self.name: str | None = None
        self.title = self.location
        """What messages and the journal call it."""
        self.limit: int | None = None
        self.used = 0
        self.steps: list[RuleStep] = []
        self.deterministic = self._when.deterministic
        """Whether its conditions give equal requests always the same answer."""
        self.may_create = self._when.may_create
        """Whether it may be about requests to create a response."""
        self.has_route = bool(self._when.routes)
        """Whether it may be about other requests."""
        self.own_pace: Pace | None = None
        """When its events leave; None where it does not say."""
        self.written: Any = None
        """What a file or a call of the control API says of it; None for a rule that was made in Python."""
        self.number = 0
        """What names it in its script, from 1; 0 for one that is in none."""

    def __str__(self) -> str:
        return self.title

    def __repr__(self) -> str:
        return f"<Rule {self}>"

    @ends_at_caller
    def reply(self, *parts: Any, **options: Unpack[ReplyKeywords]) -> "Rule":
        """Answer with text, items, lists of these, a `Plan`, or a function of the request that returns one of these.

        A function may be async: it runs in the event loop in which the rule is written, if that still runs.

        A Pydantic model, a dataclass, or `json` (a mapping or list) is structured output: a message that is JSON.
        With `fill`, some values of structured output are stated, and the schema of the request makes the others.
        `status`, `incomplete_reason`, `error`, `usage` and `pace` say how the response ends. Other keywords are fields
        of the response, stated as they are; those that OpenAI does not have go into `response`.

        A rule about another route (`method`, `path` or `operation`) replies with `json`, `text` or `body`, and with
        `status` and `headers`.

        Raises: ScriptError for parts and options that no response could have.
        """
        stated = {key: value for key, value in options.items() if value is not None}
        if not self.may_create:
            return self._reply_http(parts, stated)
        parts += tuple({key: stated.pop(key)} for key in STRUCTURED if key in stated)
        other_fields = as_mapping(stated.pop("response", {}), "a mapping of response fields")
        fields = {key: value for key, value in options.items() if key in FIELDS}
        read = read_mapping({key: value for key, value in stated.items() if key not in FIELDS}, REPLY_OPTIONS)
        read["response"] = {**fields, **other_fields}
        made = read_parts(parts[0] if len(parts) == 1 else list(parts))
        return self.step(ScriptedReply(parts=made, stated=stated_by(read)))

    def _reply_http(self, parts: Sequence[Any], options: Mapping[str, Any]) -> "Rule":
        stated = {key: value for key, value in options.items() if value is not None}
        if len(parts) > 1:
            raise problem(f"a reply to another route has one body, got {len(parts)}.")
        stated |= {"text" if isinstance(part, str) else "json": part for part in parts}
        return self.http_step(read_http_reply(stated))

    def http_step(self, reply: HttpTemplate) -> "Rule":
        """Add a reply to another route that is made already."""
        self.steps.append(RuleStep(http=reply, pace=self.own_pace))
        return self

    def step(self, reply: ScriptedReply) -> "Rule":
        """Add a reply that is made already."""
        self.steps.append(RuleStep(reply=reply, pace=self.own_pace))
        return self

    @ends_at_caller
    def events(self, events: Sequence[Mapping[str, Any]] | ChangeEvents) -> "Rule":
        """Stream other events than the real API: a list of them, or a function of those that would be streamed.

        Events that state no `sequence_number` are numbered in order. `interleaved`, `changing_ids`, `without(…)` and
        `doubled(…)` are such functions. JSON replies stay as they are.

        Raises: ScriptError for what is no list of events.
        """
        change = read_events(events)
        self.steps[-1:] = [(self.steps[-1] if self.steps else RuleStep(pace=self.own_pace)).with_events(change)]
        return self

    @ends_at_caller
    def fault(self, **fields: Unpack[FaultKeywords]) -> "Rule":
        """Inject a fault into the answer; the keywords are those of `Fault`.

        Raises: ScriptError for keywords that it does not have, or that cannot go together.
        """
        return self.add_fault(call(Fault, fields))

    def add_fault(self, fault: Fault) -> "Rule":
        """Add a fault that is made already."""
        if self.steps and not fault.replaces_reply:
            self.steps[-1] = self.steps[-1].with_fault(fault)
        else:
            self.steps.append(RuleStep(fault=fault))
        return self

    @ends_at_caller
    def times(self, count: int) -> "Rule":
        """Answer this many requests, then no more."""
        self.limit = read_times(count)
        return self

    @ends_at_caller
    def pace(self, **fields: Unpack[PaceKeywords]) -> "Rule":
        """When the events leave; the keywords are those of `Pace`. A reply's own pace goes before it.

        Raises: ScriptError for keywords that it does not have, or values that no pace has.
        """
        self.own_pace = read_pace(fields)
        self.steps = [step.with_pace(self.own_pace) for step in self.steps]
        return self

    def named(self, name: str) -> "Rule":
        """Name the rule, for messages and the journal."""
        self.name = name
        self.title = f"{name} ({self.location})"
        return self

    @property
    def exhausted(self) -> bool:
        """Whether it has answered as often as it may."""
        return self.limit is not None and self.used >= self.limit

    def matches(self, request: CreateRequest) -> bool:
        """Whether the rule answers a request."""
        return not self.exhausted and self.matches_conditions(request)

    def matches_conditions(self, request: CreateRequest) -> bool:
        """Whether a request meets the conditions: there is no difference, and the first one settles it.

        Raises: ScriptError, with the name of the rule, where a condition raises.
        """
        try:
            return self._when.met_by(request)
        except ScriptError as error:
            raise ScriptError(f"Rule {self}: {error}") from error

    def concerns(self, request: CreateRequest) -> bool:
        """Whether a rule like this is asked about such requests at all: about warm-ups only if it speaks of them."""
        return self._when.takes_warm_ups or not request.warms_up

    def differences(self, request: CreateRequest) -> list[Difference]:
        """Why the rule does not answer a request; nothing where it would."""
        found = self._when.differences(request)
        if self.exhausted:
            found.append(Difference(field="times", wanted=f"at most {self.limit}", got=Verbatim("one more")))
        return found

    def next_step(self, *, counted: bool = True) -> RuleStep:
        """The step that is due; a use that is not counted leaves it due.

        Raises: ScriptError for a rule that has no reply.
        """
        used, steps = self.used, self.steps
        if not steps:
            raise ScriptError(f"Rule {self} matches, but has no reply. Call .reply(…) or .fault(…) on it.")
        self.used += counted
        return steps[used if used < len(steps) else -1]

    def unused_copy(self) -> "Rule":
        """An unused copy of the rule; changes of either do not show in the other."""
        made = copy(self)
        made.used = 0
        made.steps = list(self.steps)
        return made


@takes({"type": "integer", "minimum": 1})
def read_times(count: Any) -> int:
    """How often a rule may answer. Raises: ProblemError."""
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        return count
    raise problem(f"expected a number of times, 1 or more, got {describe(count)}.")


async def _called(http: HttpTemplate, request: CreateRequest, due: float, *_: Any) -> HttpReply:
    """The reply of a template, once its function has been called."""
    return (await http.called(request)).fill(request, due)


def _caller() -> str:
    """Where the script's author is: file and line of the nearest frame outside this package."""
    frame = sys._getframe(1)  # noqa: SLF001 - the documented way to a frame that costs microseconds
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _OWN_MODULES:
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    here = Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{frame.f_lineno}"
