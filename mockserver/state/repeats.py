"""What is remembered of requests, so that it need not be found again: one object, one bound, one way of letting go.

Everything here follows from bytes that came before. So all of it may be forgotten at any time, and nothing that
depends on stored objects may be in it.
"""

from typing import Final

from mockserver.model.answer import Planner
from mockserver.model.request import Asked, RequestHead
from mockserver.state.table import Bounded
from mockserver.state.template import ResponseTemplate

REMEMBERED: Final = 256
LONGEST: Final = 1 << 16  # bytes of a request that is remembered
TEMPLATE_AT: Final = 2
"""How often a planner answers requests of one shape before a template is made: one answer costs less without."""


class Repeats:
    """The requests that came to one space, and the templates of their answers."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self.requests: Bounded[tuple[RequestHead, bytes], Asked] = Bounded(most, dropped=_forget)
        """By head and body. The heads are objects that the transport keeps: another object is another head."""
        self.templates: Bounded[tuple[Planner, bytes | Asked], ResponseTemplate | int] = Bounded(most)
        """By planner and shape, or by the very request where its words matter; a number counts answers without one."""


def _forget(asked: Asked) -> None:
    """What the journal keeps of a request is its bytes."""
    asked.checked = asked.rules = None
