"""One use of a rule: what it answers, and what has been compiled of it."""

from typing import TYPE_CHECKING

from mockserver.model.plan import Plan
from mockserver.model.request import CreateRequest

if TYPE_CHECKING:
    from mockserver.model.fault import Fault
    from mockserver.script.replies import Reply
    from mockserver.script.rules import Rule
    from mockserver.state.compiled import CompiledReply

REMEMBERED = 256  # requests whose rules are known, and whose replies are
COMPILE_AT = 3
"""How often a step answers a request before its reply is compiled: once or twice costs less told as it is."""


class Step:
    """What one use of a rule gives: a reply, a fault, or a reply with a fault; without a reply, the default answer."""

    __slots__ = ("_times", "compiled", "fault", "reply", "rule")

    def __init__(
        self, rule: "Rule | None" = None, *, reply: "Reply | None" = None, fault: "Fault | None" = None
    ) -> None:
        self.rule = rule
        """The rule that answers; None where there is none, or only chaos."""
        self.reply = reply
        self.fault = fault
        self.compiled: dict[CreateRequest, CompiledReply] = {}
        """The replies to requests that come again and again."""
        self._times: dict[CreateRequest, int] = {}

    def for_rule(self, rule: "Rule") -> "Step":
        """The same step of another rule, or of one that has changed; nothing is compiled for it."""
        return Step(rule, reply=self.reply, fault=self.fault)

    def with_fault(self, fault: "Fault") -> "Step":
        """The same step with this fault."""
        return Step(self.rule, reply=self.reply, fault=fault)

    def plan(self, request: CreateRequest) -> Plan | None:
        """The plan for a request; None where only a fault was said: the default answer, spoilt.

        Raises: ScriptError where the rule cannot make its answer.
        """
        if self.rule is None or self.reply is None or (self.fault and self.fault.status):
            return None
        return self.rule.plan(self.reply, request)

    def counts_often(self, request: CreateRequest) -> bool:
        """Count one more answer to a request that came before; whether its reply is worth compiling by now."""
        if self.reply is not None and not self.reply.repeatable:
            return False
        if len(self._times) >= REMEMBERED and request not in self._times:
            self._times.clear()
            self.compiled.clear()
        times = self._times[request] = self._times.get(request, 1) + 1
        return times >= COMPILE_AT
