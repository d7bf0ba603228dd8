"""Which of the offered tools is called.

What the request demands comes first; where it leaves the choice, the tool that shares most words with the user's text
is taken. A client's own tools win over hosted ones that fit as well, and the one offered first over later ones.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mockserver.model.request import CreateRequest
from mockserver.model.tools import ALLOWED_TOOLS, NAMESPACE, chosen_entries, is_named, kind_of, tools_in
from mockserver.samples.vocabulary import stems
from mockserver.spec.call_pairs import TOOL_CALLS, TOOL_OUTPUTS

# Tools that OpenAI knows by their type, with words that call for them. The words are our choice.
HOSTED_TOOLS: Mapping[str, frozenset[str]] = {
    "web_search": stems("search web internet online news latest current today google"),
    "file_search": stems("search file document knowledge pdf paper manual handbook"),
    "code_interpreter": stems("code compute calculate calculation python plot chart sum average simulate"),
    "image_generation": stems("image picture draw drawing paint painting illustration photo logo sketch"),
    "mcp": stems("mcp server"),
    "computer": stems("computer browser click screen screenshot scroll website open"),
    "local_shell": stems("shell terminal command bash directory folder files ls"),
    "shell": stems("shell terminal command bash directory folder files ls"),
    "apply_patch": stems("patch file create edit write update delete refactor code"),
    "tool_search": stems("tools"),
    "programmatic_tool_calling": stems("program script"),
}

# Tools that the client runs, distinguished by name.
OWN_TOOLS = ("function", "custom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One tool that can be called; `kind` is its type without its alias."""

    tool: Mapping[str, Any]
    kind: str
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    namespace: str | None = None
    deferred: bool = False
    asynchronous: bool = False
    """Whether its output may come with a later request."""
    callers: Sequence[str] = ("direct",)
    """Who may call it: the model, a program, or both."""

    @property
    def own(self) -> bool:
        """Whether the client runs it."""
        return self.kind in OWN_TOOLS

    def is_chosen(self, choice: Mapping[str, Any]) -> bool:
        """Whether a tool choice, or an entry of allowed tools, names it or its namespace."""
        if choice["type"] == NAMESPACE:
            return self.namespace is not None and choice.get("name") in (None, self.namespace)
        return is_named(self.tool, choice)

    def shared(self, text: str) -> int:
        """How many words it has in common with a text."""
        return len(self.words & stems(text))


def choose(request: CreateRequest) -> list[Offer]:
    """The tools to call now, in order; none where the model answers with text."""
    choice = request.body.get("tool_choice") or "auto"
    offers = offered(request)
    entries = chosen_entries(choice)
    chosen = [offer for offer in offers if any(map(offer.is_chosen, entries))] if entries else offers
    if isinstance(choice, Mapping) and choice["type"] != ALLOWED_TOOLS:
        return chosen[:1]
    usable = [offer for offer in chosen if not offer.deferred and "direct" in offer.callers]
    if isinstance(choice, Mapping):
        choice = choice["mode"] if entries else "none"
    if choice == "required":
        return _demanded(usable, request)
    if choice == "none" or any(item.get("type") in TOOL_OUTPUTS for item in request.turn):
        return []
    return _suggested(usable, request)


def offered(request: CreateRequest) -> list[Offer]:
    """Every tool that is offered, and the deferred ones that a tool search has loaded; the client's own first."""
    loaded = tools_in(item for item in request.context if item.get("type") == "tool_search_output")
    offers = [*_offers(tool for tool in request.offered if tool not in loaded), *_offers(loaded, loaded=True)]
    known = [replace(offer, words=offer.words | _reached(offer.kind, offers)) for offer in offers]
    return sorted(known, key=lambda offer: not offer.own)


def _reached(kind: str, offers: Iterable[Offer]) -> frozenset[str]:
    """The words of the tools that only a tool of this kind reaches: a search those deferred, a program its own."""
    reaches = _REACHES.get(kind)
    return frozenset(word for offer in offers if reaches and reaches(offer) for word in offer.words)


_REACHES: Mapping[str, Callable[[Offer], bool]] = {
    "tool_search": lambda offer: offer.deferred,
    "programmatic_tool_calling": lambda offer: "direct" not in offer.callers,
}


def best(offers: Iterable[Offer], text: str) -> Offer | None:
    """The offer that shares most words with the text, the first of equals."""
    return max(offers, key=lambda offer: offer.shared(text), default=None)


def _offers(tools: Iterable[Mapping[str, Any]], *, loaded: bool = False) -> Iterator[Offer]:
    for tool in tools:
        inner = (tool.get("tools") or ()) if tool.get("type") == NAMESPACE else (tool,)
        for one in inner:
            offer = _offer(one, loaded=loaded, namespace=tool.get("name") if one is not tool or loaded else None)
            if offer is not None:
                yield replace(offer, asynchronous=bool(one.get("async") or tool.get("async")))


def _offer(tool: Mapping[str, Any], *, loaded: bool, namespace: str | None) -> Offer | None:
    kind = kind_of(tool)
    names = stems(f"{tool.get('name') or ''} {tool.get('server_label') or ''}")
    words = stems(f"{tool.get('description') or ''} {tool.get('server_description') or ''}")
    deferred = bool(tool.get("defer_loading")) and not loaded
    if kind in HOSTED_TOOLS:
        words |= HOSTED_TOOLS[kind]
    if kind not in HOSTED_TOOLS and kind not in OWN_TOOLS:
        return None
    return Offer(
        tool=tool,
        kind=kind,
        names=names,
        words=names | words,
        namespace=namespace,
        deferred=deferred,
        callers=tool.get("allowed_callers") or ("direct",),
    )


def _demanded(offers: list[Offer], request: CreateRequest) -> list[Offer]:
    """Under `required`: a tool not called since the last user message, so that an agent's loop ends.

    A hosted tool that fits best is followed by the best of the client's own, which often takes the final result.
    """
    left = _uncalled(offers, request)
    own = [offer for offer in left if offer.own]
    if any(offer.own for offer in offers) and len(left) < len(offers):
        left = own
    first = best(left, request.user_text)
    if first is None:
        return []
    if first.own:
        return _together(first, own, request)
    second = best(own, request.user_text)
    return [first, second] if second else [first]


def _suggested(offers: list[Offer], request: CreateRequest) -> list[Offer]:
    """Under `auto`: a tool of the client's own, or a hosted one that fits or is the only one."""
    left = _uncalled(offers, request)
    first = best(left, request.user_text)
    if first is None:
        return []
    if first.own:
        return _together(first, [offer for offer in left if offer.own], request)
    return [first] if len(offers) == 1 or first.shared(request.user_text) else []


def _uncalled(offers: list[Offer], request: CreateRequest) -> list[Offer]:
    """The tools that do not show in the turn: by their name, or by an item type of theirs."""
    named = [item.get(key) for item in request.turn for key in ("name", "type")]
    shown = {name for name in named if isinstance(name, str)}  # items of unknown types may have any names
    return [offer for offer in offers if shown.isdisjoint(_traces(offer))]


def _traces(offer: Offer) -> tuple[str, ...]:
    return (offer.tool["name"],) if offer.own else TOOL_CALLS[offer.kind]


def _together(first: Offer, own: list[Offer], request: CreateRequest) -> list[Offer]:
    """All tools that the user names, if these are several and may be called in parallel; else the first one.

    A tool is named by a word of its name that no other tool's name has.
    """
    if request.body.get("parallel_tool_calls") is False:
        return [first]
    spread = Counter(word for offer in own for word in offer.names)
    said = {word for word in stems(request.user_text) if spread[word] == 1}
    named = [offer for offer in own if offer.names & said]
    return named if len(named) > 1 else [first]
