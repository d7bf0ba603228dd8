"""One use of a rule: what it answers."""

from dataclasses import replace

from mockserver.errors import ScriptError
from mockserver.model.answer import VariesWith
from mockserver.model.fault import Fault
from mockserver.model.plan import Pace, Plan
from mockserver.model.request import CreateRequest
from mockserver.script.replies import Reply


class Step:
    """What one use of a rule gives: a reply, a fault, or both; a fault alone spoils what somebody else answers."""

    __slots__ = ("fault", "pace", "reply", "varies_with")

    def __init__(self, *, reply: Reply | None = None, fault: Fault | None = None, pace: Pace | None = None) -> None:
        self.reply = reply
        self.fault = fault
        self.pace = pace
        """When the events of a reply leave that does not say so itself."""
        self.varies_with: VariesWith = "call" if reply is None else reply.varies_with
        """What its plans depend on."""

    def with_fault(self, fault: Fault) -> "Step":
        """The same step with this fault."""
        return Step(reply=self.reply, fault=fault, pace=self.pace)

    def with_pace(self, pace: Pace) -> "Step":
        """The same step at this pace."""
        return Step(reply=self.reply, fault=self.fault, pace=pace)

    def plan(self, request: CreateRequest, draws: object = None) -> Plan:  # noqa: ARG002 - a planner's arguments
        """The plan of its reply for a request. Raises: ScriptError where the reply makes none."""
        if self.reply is None:
            raise ScriptError("a fault alone makes no plan.")
        plan = self.reply.plan(request)
        return replace(plan, pace=self.pace) if self.pace and "pace" not in self.reply.stated else plan
