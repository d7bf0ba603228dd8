"""A request that no rule answers: which rules came nearest, and what the message says about it."""

from collections.abc import Sequence

from mockserver.authoring.difference import Difference, shown
from mockserver.model.request import CreateRequest
from mockserver.script.request_values import output_names, tool_names
from mockserver.script.rules import Rule

_WHAT_TO_DO = (
    'Add a rule that matches it, or change the request; or let unmatched requests be answered: unmatched="answer".'
)


def nearest(rules: Sequence[Rule], request: CreateRequest, *, count: int = 3) -> list[tuple[Rule, list[Difference]]]:
    """The rules that differ least from a request, each with its differences; to be used up counts nothing."""
    found = [(rule, rule.differences(request)) for rule in rules]
    return sorted(found, key=lambda one: len(one[1]) - one[0].exhausted)[:count]


def miss_message(rules: Sequence[Rule], request: CreateRequest) -> str:
    """Why no rule answers a request: what was asked, the nearest rules with their differences, what to do."""
    near = nearest(rules, request)
    lines = [
        f"No rule matches this request: {asked(request)}.",
        "Nearest rules:" if near else "There are no rules.",
    ]
    for number, (rule, found) in enumerate(near, start=1):
        lines.append(f"  {number}. {rule}")
        lines += [f"       {difference}" for difference in found]
    return "\n".join([*lines, _WHAT_TO_DO])


def asked(request: CreateRequest) -> str:
    """A request in one line: `model 'gpt-4.1', input 'hello', tools get_weather`."""
    parts = [f"model {request.model!r}", f"input {shown(request.user_text)}"]
    named = {"tools": tool_names(request), "tool outputs": output_names(request)}
    parts += [f"{what} {', '.join(names)}" for what, names in named.items() if names]
    linked = ("previous_response_id", "conversation")
    return ", ".join([*parts, *(f"{key} {shown(request.body[key])}" for key in linked if request.body.get(key))])
