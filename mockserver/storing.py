"""What is stored of a run: when it begins, and when it has ended."""

from mockserver.model.request import CheckedRequest
from mockserver.space import Space
from mockserver.state.run import Run
from mockserver.state.stored import OVERHEAD, StoredResponse

JOINED = frozenset({"completed", "incomplete"})
"""Statuses with which a response joins its conversation."""


def stored_response(space: Space, run: Run, checked: CheckedRequest) -> StoredResponse:
    """The response of a run as a store keeps it."""
    request, rendering = checked.request, run.rendering
    return StoredResponse(
        space.stored_id(rendering.id),
        request.raw,
        rendering,
        checked.delivery,
        request.body.get("previous_response_id"),
        request.conversation_id if checked.refers else None,
        checked.stored_input,
        False,  # noqa: FBT003 - once for each request, where names cost
        False,  # noqa: FBT003
        OVERHEAD + len(request.raw) + rendering.size,
        None if run.dialect is None else run.dialect.sent,
        request.history[-1]["id"] if request.conversation_id and request.history else None,
        space.clock.elapsed() if all(checked.delivery) else None,
    )


def settled(space: Space, stored: StoredResponse | None, run: Run) -> StoredResponse | None:
    """What is stored of a run that took its time; None where it was dropped meanwhile."""
    if stored is None:
        return None
    rendering = run.rendering
    if stored.id:
        if space.running.get(stored.id) is not run:
            return None
        del space.running[stored.id]
        if space.store.responses.get(stored.id) is None:
            return None
    size = OVERHEAD + len(stored.raw) + rendering.size
    return stored._replace(id=space.stored_id(rendering.id), rendering=rendering, size=size, injected=run.injected)


def join_conversation(space: Space, stored: StoredResponse) -> None:
    """Input and output join the conversation together, and only if the response came to an end of its own."""
    conversation = space.conversations.find(stored.conversation_id or "")
    if conversation is not None and stored.response.get("status") in JOINED:
        conversation.append([*stored.input(), *stored.output(), *stored.injected_items()])
        space.conversations.keep(conversation)
