"""One use of a rule: what it answers."""

from dataclasses import replace
from functools import partial
from typing import Any

from mockserver.errors import ScriptError
from mockserver.model.answer import Answer, Coming, HttpReply, Outcome, VariesWith
from mockserver.model.fault import Fault
from mockserver.model.plan import ChangeEvents, Pace, Plan
from mockserver.model.request import CreateRequest
from mockserver.script.http_replies import HttpTemplate
from mockserver.script.replies import ScriptedReply


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


async def _called(http: HttpTemplate, request: CreateRequest, due: float, *_: Any) -> HttpReply:
    """The reply of a template, once its function has been called."""
    return (await http.called(request)).fill(request, due)
