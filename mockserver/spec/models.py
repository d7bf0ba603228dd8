"""What is known of model names: the snapshot a name stands for and the values a response gets from its model.

Every name is accepted; one that no row knows is answered as a model without reasoning, under the name that was sent.
"rec" is recorded traffic to api.openai.com, with the month of the newest.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple


class ModelFacts(NamedTuple):
    """What a response says, and what a request may say, because of its model.

    `effort`, `context` and `mode` are the defaults of the response's `reasoning` (a `mode` of None: no such key).
    `efforts` lists what `reasoning.effort` may be, None where that is not known. `phase` says whether messages carry
    a phase, `only_24h` whether `prompt_cache_retention: "in_memory"` is refused.
    """

    reasoning: bool = False
    effort: str | None = None
    efforts: tuple[str, ...] | None = None
    context: str | None = None
    mode: str | None = None
    top_p: float = 1.0
    prompt_cache_retention: str | None = "in_memory"
    only_24h: bool = False
    phase: bool = False


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
    "gpt-5.5": "gpt-5.5-2026-04-23",
    "gpt-5.6": "gpt-5.6-sol",
    "o3": "o3-2025-04-16",
    "o3-mini": "o3-mini-2025-01-31",
    "o4-mini": "o4-mini-2025-04-16",
}

_EFFORTS_5_6: Final = (
    "none",
    "low",
    "medium",
    "high",
    "xhigh",
    "max",
)  # error of a probe of gpt-5.6-terra, 2026-08


def _reasoning(
    *,
    effort: str = "medium",
    efforts: tuple[str, ...] | None = None,
    context: str = "current_turn",
    top_p: float = 1.0,
    prompt_cache_retention: str = "in_memory",
    only_24h: bool = False,
    phase: bool = False,
) -> ModelFacts:
    return ModelFacts(
        reasoning=True,
        effort=effort,
        efforts=efforts,
        context=context,
        mode="standard",
        top_p=top_p,
        prompt_cache_retention=prompt_cache_retention,
        only_24h=only_24h,
        phase=phase,
    )


# The first row whose pattern matches the beginning of the name.
MODEL_FAMILIES: Final[tuple[tuple[re.Pattern[str], ModelFacts], ...]] = tuple(
    (re.compile(pattern), facts)
    for pattern, facts in (
        ("gpt-5-chat", ModelFacts()),  # documented as a model without reasoning
        # our choice: as gpt-5.6, the newest family with traffic
        (
            r"gpt-6|gpt-5\.(?:[6-9]|\d\d)",  # 5.6: rec 2026-08
            _reasoning(
                efforts=_EFFORTS_5_6,
                context="all_turns",
                top_p=0.98,
                prompt_cache_retention="24h",
                only_24h=True,
                phase=True,
            ),
        ),
        (r"gpt-5\.5", _reasoning(top_p=0.98, prompt_cache_retention="24h", only_24h=True, phase=True)),  # rec 2026-06
        (r"gpt-5\.4", _reasoning(effort="none", top_p=0.98, phase=True)),  # rec 2026-06; phase: rec of 5.4 and later
        (r"gpt-5\.3", _reasoning(effort="low", top_p=0.98, prompt_cache_retention="24h", phase=True)),  # codex 2026-08
        (r"gpt-5\.2", _reasoning(effort="none", top_p=0.98, prompt_cache_retention="24h")),  # rec 2026-02
        (r"gpt-5\.1", _reasoning(effort="none")),  # rec 2026-08
        ("gpt-5-pro", _reasoning(effort="high")),  # rec 2025-11
        (r"gpt-5|o\d", _reasoning()),  # rec 2026-07
        ("computer-use-preview|codex-mini", _reasoning()),  # rec 2025-04
    )
)
_PLAIN: Final = ModelFacts()


@lru_cache(maxsize=256)
def model_facts(name: str) -> ModelFacts:
    """The facts of the family that an alias, a snapshot or a fine-tuned model (`ft:…`) belongs to."""
    base = name.removeprefix("ft:")
    return next((facts for pattern, facts in MODEL_FAMILIES if pattern.match(base)), _PLAIN)
