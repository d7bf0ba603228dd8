"""What a moderation says: nothing is flagged; a test that wants something flagged scripts it."""

from collections.abc import Mapping
from typing import Any, Final

from mockserver.codec import JsonObject

SCORE: Final = 0.0001
"""Of every category; our choice."""

# openai 3.57.0: the categories, and what their scores are about where an input has text.
CATEGORIES: Final = (
    *("harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent"),
    *("self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors"),
    *("violence", "violence/graphic"),
)


def verdict() -> JsonObject:
    """What is said of one text, as the moderation endpoint has it."""
    return {
        "flagged": False,
        "categories": dict.fromkeys(CATEGORIES, False),
        "category_scores": dict.fromkeys(CATEGORIES, SCORE),
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }


def moderated(asked: Mapping[str, Any]) -> JsonObject:
    """`moderation` of a finished response: a result each for its input and its output.

    Keys: openai 3.57.0; their order is our choice, that of the wire's other objects with a `type`.
    """
    return {of: {"type": "moderation_result", **_sorted(verdict()), "model": asked["model"]} for of in _SIDES}


_SIDES: Final = ("input", "output")


def _sorted(values: JsonObject) -> JsonObject:
    return {key: values[key] for key in sorted(values)}
