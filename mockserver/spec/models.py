"""What is known of model names: the snapshot that a name stands for, what its responses say, what it can be asked.

Every name is accepted. One that no row knows is answered as a model without reasoning, under the name that was sent,
and nothing that is asked of it is refused.
"""

from functools import lru_cache
from typing import Final

from mockserver.spec.model_families import FAMILIES, SNAPSHOT, ModelFacts, Takes

# alias -> snapshot in the response's `model`. Source: rec 2025-03 to 2026-08, one exchange or more for each row.
MODEL_SNAPSHOTS: Final[dict[str, str]] = {
    "computer-use-preview": "computer-use-preview-2025-03-11",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-5-nano": "gpt-5-nano-2025-08-07",
    "gpt-5-pro": "gpt-5-pro-2025-10-06",
    "gpt-5.1": "gpt-5.1-2025-11-13",
    "gpt-5.2": "gpt-5.2-2025-12-11",
    "gpt-5.4": "gpt-5.4-2026-03-05",
    "gpt-5.4-mini": "gpt-5.4-mini-2026-03-17",
    "gpt-5.4-pro": "gpt-5.4-pro-2026-03-05",
    "gpt-5.5": "gpt-5.5-2026-04-23",
    "gpt-5.5-pro": "gpt-5.5-pro-2026-04-23",
    "gpt-5.6": "gpt-5.6-sol",
    "o3": "o3-2025-04-16",
    "o3-mini": "o3-mini-2025-01-31",
    "o4-mini": "o4-mini-2025-04-16",
}

_UNKNOWN: Final = ModelFacts()
_ANYTHING: Final = Takes()


@lru_cache(maxsize=256)
def model_facts(name: str) -> ModelFacts:
    """The facts of the family that an alias, a snapshot or a fine-tuned model (`ft:…`) belongs to.

    A name that only begins like a family's is answered like it, but nothing is refused to it.
    """
    base = name.removeprefix("ft:")
    for family in FAMILIES:
        known = family.names.match(base)
        if known is not None:
            is_exact = SNAPSHOT.fullmatch(base, known.end()) is not None
            return family.facts if is_exact else family.facts._replace(takes=_ANYTHING)
    return _UNKNOWN
