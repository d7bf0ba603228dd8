"""Tools that go by several types: what each is short for. Source: openai 3.57.0 types."""

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "web_search_2025_08_26": "web_search",
    "web_search_preview": "web_search",
    "web_search_preview_2025_03_11": "web_search",
    "computer_use": "computer",
    "computer_use_preview": "computer",
}
