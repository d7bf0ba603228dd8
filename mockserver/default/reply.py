"""The default responder: what an empty mock server answers.

It obeys the request: the tools and the choice of them, the text format, the token limit, what is to be included. The
texts are made up, and quote what they answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mockserver import samples
from mockserver.codec import dumps
from mockserver.default.action import Action
from mockserver.default.token_limit import limited
from mockserver.ids import Draws
from mockserver.model.answer import VariesWith
from mockserver.model.build import message, reasoning
from mockserver.model.plan import Item, Plan
from mockserver.model.request import CreateRequest
from mockserver.model.tokens import split
from mockserver.samples.vocabulary import NOUNS, excerpt, phrase, sentence
from mockserver.spec.models import model_facts

_LONGEST_REPLY = 3  # sentences
_SUMMARY_PARTS: Mapping[str, int] = {"concise": 1, "auto": 2, "detailed": 2}


class DefaultAnswer:
    """Plans what an empty mock server answers."""

    varies_with: VariesWith = "content"

    def plan(self, request: CreateRequest, draws: Callable[[], Draws]) -> Plan:
        """The plan for a request. Raises: ScriptError where a JSON Schema of the request allows no value."""
        return default_reply(request, draws())

    async def called(self, request: CreateRequest) -> "DefaultAnswer":  # noqa: ARG002 - a planner's argument
        """Itself: there is nothing to call."""
        return self


DEFAULT = DefaultAnswer()


def default_reply(request: CreateRequest, draws: Draws) -> Plan:
    """What a model could have answered; the same for the same request and draws.

    Raises:
        ScriptError: a JSON Schema of the request allows no value.
    """
    if request.warms_up:
        return Plan(output=[])
    output = [*_thoughts(request, draws), *_answer(request, draws)]
    budget = request.body.get("max_output_tokens")
    return limited(output, budget) if budget else Plan(output=output)


def _thoughts(request: CreateRequest, draws: Draws) -> Iterator[Item]:
    """The reasoning item of a model that reasons, unless the effort is none."""
    facts = model_facts(request.model)
    asked = request.body.get("reasoning") or {}
    if not facts.reasoning or (asked.get("effort") or facts.effort) == "none":
        return
    parts = _SUMMARY_PARTS.get(asked.get("summary") or asked.get("generate_summary") or "", 0)
    summary = [f"**Considering the {phrase(draws)}**\n\n{sentence(draws)}" for _ in range(parts)]
    yield reasoning(summary)


def _answer(request: CreateRequest, draws: Draws) -> Iterator[Item]:
    """Calls, then a message about them; or calls that the client has to answer; or a message alone."""
    phased = model_facts(request.model).phase
    phase = "final_answer" if phased else None
    if not request.offered and not request.turn:
        yield _message(request, draws, (), phase=phase)
        return
    actions = _actions(request, draws)
    waiting = any(action.text is None for action in actions)
    if phased and waiting and _is_chatty(request):
        names = " and ".join(item["name"] for action in actions for item in action.items if "name" in item)
        yield message(f"I will call {names or 'a tool'}.", phase="commentary")
    for action in actions:
        yield from action.items
    if not waiting:
        yield _message(request, draws, actions, phase=phase)


def _actions(request: CreateRequest, draws: Draws) -> list[Action]:
    from mockserver.default.actions import actions  # noqa: PLC0415 - plain text needs none of it, and starts sooner

    return actions(request, draws)


def _is_chatty(request: CreateRequest) -> bool:
    """Whether a model may talk before it calls: it is free to choose, and its text has no format."""
    choice = request.body.get("tool_choice") or "auto"
    mode = choice.get("mode") if isinstance(choice, Mapping) else choice
    return mode == "auto" and not request.text_format.get("type", "").startswith("json")


def _message(request: CreateRequest, draws: Draws, actions: Sequence[Action], *, phase: str | None) -> Item:
    text = " ".join(action.text or "" for action in actions) if actions else _plain_text(request, draws)
    annotations = [note for action in actions for note in action.annotations]
    written = _formatted(text, request, draws)
    logprobs: Sequence[Mapping[str, Any]] = ()
    if "message.output_text.logprobs" in request.include:
        logprobs = _logprobs(written, draws, top=request.body.get("top_logprobs") or 0)
    return message(written, phase=phase, annotations=annotations if written == text else (), logprobs=logprobs)


def _plain_text(request: CreateRequest, draws: Draws) -> str:
    if request.turn and (outputs := list(_outputs(request))):
        return f"Mock reply to the tool output. {' '.join(outputs)}"
    asked = excerpt(request.user_text)
    made_up = " ".join(sentence(draws) for _ in range(1 + draws.index(_LONGEST_REPLY)))
    return f'Mock reply to "{asked}". {made_up}' if asked else f"Mock reply. {made_up}"


def _outputs(request: CreateRequest) -> Iterator[str]:
    """A sentence for each tool output since the last user message."""
    answers = [item for item in request.turn if item.get("type", "").endswith("_output")]
    callers = {item.get("call_id"): item["name"] for item in request.context if item.get("name")} if answers else {}
    for item in answers:
        kind = item["type"].removesuffix("_call_output").removesuffix("_output").replace("_", " ")
        said = excerpt(_output_text(item.get("output")))
        yield f"{callers.get(item.get('call_id')) or f'The {kind}'} returned {said or 'its output'}."


def _output_text(output: Any) -> str:
    """The text in a tool output: a string, or a list of parts."""
    if isinstance(output, str):
        return output
    parts = [part for part in output if isinstance(part, Mapping)] if isinstance(output, list) else []
    return " ".join(str(part.get("text") or part.get("stdout") or "") for part in parts)


def _formatted(text: str, request: CreateRequest, draws: Draws) -> str:
    """The text, or JSON where the request asks for it."""
    wanted = request.text_format
    if wanted.get("type") == "json_schema":
        return dumps(samples.value_for(wanted["schema"], draws, text=request.user_text)).decode()
    return dumps({"answer": text}).decode() if wanted.get("type") == "json_object" else text


def _logprobs(text: str, draws: Draws, *, top: int) -> list[dict[str, Any]]:
    """An entry for each token, with the likeliest tokens there: itself, then made-up ones."""
    entries = []
    for token in split(text):
        likely = -(draws.index(100_000) + 1) / 1e6
        others = [f" {NOUNS[n % len(NOUNS)]}" for n in range(top - 1)]
        ranked = [_likelihood(token, likely), *(_likelihood(word, likely - 4 - n) for n, word in enumerate(others))]
        entries.append({**_likelihood(token, likely), "top_logprobs": ranked[:top]})
    return entries


def _likelihood(token: str, logprob: float) -> dict[str, Any]:
    return {"bytes": list(token.encode()), "logprob": round(logprob, 6), "token": token}
