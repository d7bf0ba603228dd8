"""The families of models, as data: what their responses say, and what a request may say to them.

A cell is filled in only where somebody has shown what the wire does; what is left out refuses nothing.

Sources: rec = recorded traffic to api.openai.com, with the month of the newest; K as in `api_errors`; P = probes of
every effort, mode and temperature that pydantic/pydantic-ai recorded, 2026-03 and 2026-08 (`tests/profiles/cassettes`);
B = probes by enricoros/big-AGI: efforts (issues 944 and 1159), verbosities (930 and 947), contexts (its list of models,
2026-07); C = what withceleste/celeste-python#394 read off the errors, 2026-09. The others are issues.
"""

import re
from typing import Final, NamedTuple, TypeAlias

Values: TypeAlias = tuple[str, ...] | None
"""What a field may say to a model; none of its values, or None where nobody has shown them."""


class Takes(NamedTuple):
    """What a request may say to a model."""

    efforts: Values = None
    """`reasoning.effort`"""
    modes: Values = None
    """`reasoning.mode`"""
    contexts: Values = None
    """`reasoning.context`, besides `auto`"""
    summaries: Values = None
    """`reasoning.summary`, besides `auto`"""
    verbosities: Values = None
    """`text.verbosity`"""
    in_memory_cache: bool = True
    """Whether `prompt_cache_retention` may be `in_memory`."""
    sampling: bool = True
    """Whether temperatures, penalties and logprobs are taken while the model reasons."""
    encrypted_content: bool = True
    """Whether `reasoning.encrypted_content` may be included."""
    lacks_tools: tuple[str, ...] = ()
    """The types of hosted tools that it does not have."""
    needs_tools: tuple[str, ...] = ()
    """The types of tools of which it needs one."""


class ModelFacts(NamedTuple):
    """What a response says, and what a request may say, because of its model.

    `effort`, `context` and `mode` are the defaults of the response's `reasoning` (a `mode` of None: no such key).
    `phase` says whether messages carry a phase.
    """

    reasoning: bool = False
    effort: str | None = None
    context: str | None = None
    mode: str | None = None
    top_p: float = 1.0
    prompt_cache_retention: str | None = "in_memory"
    phase: bool = False
    takes: Takes = Takes()


class Family(NamedTuple):
    """The models that have the same facts."""

    names: re.Pattern[str]
    """The beginning of their names; all of it but for a snapshot's date where `takes` is to hold."""
    facts: ModelFacts


SNAPSHOT: Final = re.compile(r"(?:-\d{4}(?:-\d\d-\d\d)?|-latest)?(?::.*)?")
"""What may follow a family's name: the date of a snapshot, then what a fine-tuned model adds."""

# What a response says.
_PLAIN: Final = ModelFacts()
_REASONING: Final = ModelFacts(reasoning=True, effort="medium", context="current_turn", mode="standard")
_SINCE_5_2: Final = _REASONING._replace(top_p=0.98, prompt_cache_retention="24h")
_SINCE_5_3: Final = _SINCE_5_2._replace(phase=True)
_SINCE_5_6: Final = _SINCE_5_3._replace(context="all_turns")

# What a request may say.
_LOW_TO_HIGH: Final = ("low", "medium", "high")
_LOW_TO_XHIGH: Final = (*_LOW_TO_HIGH, "xhigh")
_MEDIUM_TO_XHIGH: Final = ("medium", "high", "xhigh")
_MEDIUM: Final = ("medium",)
_SEARCHES: Final = ("web_search_preview", "web_search_preview_2025_03_11")
_NEW_SEARCHES: Final = ("web_search", "web_search_2025_08_26")

# P: effort; B: verbosity; encrypted content: pydantic/pydantic-ai#2865, NousResearch/hermes-agent#23450
_NO_REASONING: Final = Takes(efforts=(), verbosities=_MEDIUM, encrypted_content=False)
_REASONS: Final = Takes(sampling=False)  # P, of every model that reasons
_FROM_5_4: Final = _REASONS._replace(verbosities=_LOW_TO_HIGH)  # B
_FROM_5: Final = _FROM_5_4._replace(contexts=("current_turn",))  # B
_CODEX: Final = _FROM_5._replace(verbosities=_MEDIUM)  # openai/codex#9035, and B's list of models
_O: Final = _CODEX._replace(efforts=_LOW_TO_HIGH)  # P, B
_ANY: Final = Takes()

# Names, what a response says, what a request may say. The first row that begins a name knows it.
_ROWS: Final[tuple[tuple[str, ModelFacts, Takes], ...]] = (
    ("gpt-4o-mini|gpt-4o", _PLAIN, _NO_REASONING),  # rec 2026-07
    # documented: no web search
    (r"gpt-4\.1-nano", _PLAIN, _NO_REASONING._replace(lacks_tools=(*_NEW_SEARCHES, *_SEARCHES))),
    (r"gpt-4\.1-mini|gpt-4\.1", _PLAIN, _NO_REASONING),  # rec 2026-06
    (r"gpt-4-turbo|gpt-4(?!\.)|gpt-3\.5-turbo|chatgpt-4o", _PLAIN, _NO_REASONING),  # B; hermes-agent#23450
    # P; verbosity: anomalyco/opencode#1984; tool: openai/openai-dotnet#811
    ("gpt-5-chat", _PLAIN, _NO_REASONING._replace(lacks_tools=_SEARCHES)),
    # AntSeed/antseed#1040, after the model's page; retention: openai 3.52.0. How it answers is our guess: as gpt-5.6
    ("gpt-6-astra", _SINCE_5_6, Takes(efforts=(*_LOW_TO_XHIGH, "max"), in_memory_cache=False)),
    # our guess: as gpt-5.6; retention: openai 3.52.0
    (r"gpt-(?:6|5\.[7-9]|5\.\d\d)(?:-[a-z]+)*", _SINCE_5_6, Takes(in_memory_cache=False)),
    (  # rec 2026-08; efforts, retention: K; modes: P
        r"gpt-5\.6(?:-sol|-terra|-luna)?",
        _SINCE_5_6,
        _FROM_5_4._replace(efforts=("none", *_LOW_TO_XHIGH, "max"), modes=("standard", "pro"), in_memory_cache=False),
    ),
    (  # P 2026-08; retention: openai 3.52.0
        r"gpt-5\.5-pro",
        _SINCE_5_3._replace(effort="high", mode="pro"),
        _FROM_5_4._replace(efforts=_MEDIUM_TO_XHIGH, modes=("pro",), in_memory_cache=False),
    ),
    (  # rec 2026-06; efforts: C; modes: P; retention: openai 3.52.0
        r"gpt-5\.5",
        _SINCE_5_3,
        _FROM_5_4._replace(efforts=("none", *_LOW_TO_XHIGH), modes=("standard",), in_memory_cache=False),
    ),
    (  # P 2026-08
        r"gpt-5\.4-pro",
        _SINCE_5_3._replace(mode="pro"),
        _FROM_5_4._replace(efforts=_MEDIUM_TO_XHIGH, modes=("pro",)),
    ),
    (  # rec 2026-06; efforts: C; modes: P
        r"gpt-5\.4(?:-mini|-nano)?",
        _SINCE_5_3._replace(effort="none", prompt_cache_retention="in_memory"),
        _FROM_5_4._replace(efforts=("none", *_LOW_TO_XHIGH), modes=("standard",)),
    ),
    # Codex 2026-08; summaries: superset-sh/superset#1898
    (r"gpt-5\.3-codex-spark", _SINCE_5_3._replace(effort="low"), Takes(summaries=())),
    # P 2026-08; efforts, verbosities: B's list of models
    (r"gpt-5\.3-codex", _SINCE_5_3._replace(effort="none"), _FROM_5._replace(efforts=("none", *_LOW_TO_XHIGH))),
    (r"gpt-5\.3-chat", _SINCE_5_3, _FROM_5._replace(efforts=_MEDIUM, verbosities=None)),  # P
    (r"gpt-5\.3", _SINCE_5_3._replace(effort="low"), _ANY),  # our guess
    (r"gpt-5\.2-chat", _SINCE_5_2, _FROM_5._replace(efforts=_MEDIUM)),  # P, B
    (r"gpt-5\.2-pro", _SINCE_5_2, _FROM_5._replace(efforts=_MEDIUM_TO_XHIGH)),  # P
    (r"gpt-5\.2-codex", _SINCE_5_2, _CODEX._replace(efforts=_LOW_TO_XHIGH)),  # B
    # rec 2026-02; efforts: C
    (r"gpt-5\.2", _SINCE_5_2._replace(effort="none"), _FROM_5._replace(efforts=("none", *_LOW_TO_XHIGH))),
    (r"gpt-5\.1-chat", _REASONING, _FROM_5._replace(efforts=_MEDIUM)),  # P, B; Laisky/one-api#266
    (r"gpt-5\.1-codex-max", _REASONING, _CODEX._replace(efforts=_LOW_TO_XHIGH)),  # P, B
    (r"gpt-5\.1-codex(?:-mini)?", _REASONING, _CODEX._replace(efforts=_LOW_TO_HIGH)),  # B; openai/codex#6647
    # rec 2026-08; efforts: openai/openai-agents-python#2089
    (r"gpt-5\.1", _REASONING._replace(effort="none"), _FROM_5._replace(efforts=("none", *_LOW_TO_HIGH))),
    ("gpt-5-pro", _REASONING._replace(effort="high"), _FROM_5._replace(efforts=("high",))),  # rec 2025-11; P
    ("gpt-5-codex", _REASONING, _CODEX._replace(efforts=_LOW_TO_HIGH)),  # P; CherryHQ/cherry-studio#10430
    (  # rec 2026-07; efforts: P; summaries: openai/codex#2376 and #2625
        "gpt-5(?:-mini|-nano)?",
        _REASONING,
        _FROM_5._replace(efforts=("minimal", *_LOW_TO_HIGH), summaries=("detailed",)),
    ),
    (  # tools: P; effort: CherryHQ/cherry-studio#10676
        "(?:o3|o4-mini)-deep-research",
        _REASONING,
        _O._replace(efforts=_MEDIUM, needs_tools=(*_NEW_SEARCHES, *_SEARCHES, "mcp", "file_search")),
    ),
    ("o3-mini", _REASONING, _O._replace(lacks_tools=_SEARCHES)),  # rec 2026-07; P; tool: errors in public notes, 2025
    ("o1-pro|o1|o3-pro|o3|o4-mini", _REASONING, _O),  # rec 2026-07; P
    (r"o\d", _REASONING, _ANY),  # our guess
    ("codex-mini", _REASONING, Takes(efforts=_LOW_TO_HIGH)),  # B
    ("computer-use-preview", _REASONING, Takes(efforts=_MEDIUM)),  # rec 2025-04; effort: B
)

FAMILIES: Final = tuple(Family(re.compile(names), answers._replace(takes=takes)) for names, answers, takes in _ROWS)
"""Every family, in the order in which names are looked up."""
