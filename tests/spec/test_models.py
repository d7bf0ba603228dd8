"""The facts of models: snapshots and the defaults a response takes from its model."""

import pytest

from mockserver.spec.models import MODEL_SNAPSHOTS, model_facts


@pytest.mark.parametrize(
    ("name", "snapshot"),
    [
        pytest.param("gpt-4o", "gpt-4o-2024-08-06", id="alias"),
        pytest.param("gpt-5.6", "gpt-5.6-sol", id="alias of a named snapshot"),
        pytest.param("gpt-4o-2024-08-06", "gpt-4o-2024-08-06", id="snapshot"),
        pytest.param("my-model", "my-model", id="unknown"),
    ],
)
def test_snapshots_are_what_responses_name(name, snapshot):
    assert MODEL_SNAPSHOTS.get(name, name) == snapshot


@pytest.mark.parametrize(
    ("name", "reasoning"),
    [
        ("gpt-4o-mini", False),
        ("gpt-4.1", False),
        ("gpt-5-chat-latest", False),
        ("omni-moderation", False),
        ("chatgpt-4o-latest", False),
        ("my-model", False),
        ("", False),
        ("o3", True),
        ("o4-mini-2025-04-16", True),
        ("gpt-5", True),
        ("gpt-5-mini-2025-08-07", True),
        ("gpt-5.6-terra", True),
        ("gpt-6", True),
        ("ft:o4-mini-2025-04-16:org::abc", True),
        ("ft:gpt-4o:org::abc", False),
    ],
)
def test_facts_know_the_families_that_reason(name, reasoning):
    assert model_facts(name).reasoning is reasoning


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("gpt-4o", (None, None, None, 1.0, "in_memory", False)),
        ("gpt-5", ("medium", "current_turn", "standard", 1.0, "in_memory", False)),
        ("gpt-5-pro", ("high", "current_turn", "standard", 1.0, "in_memory", False)),
        ("gpt-5.1", ("none", "current_turn", "standard", 1.0, "in_memory", False)),
        ("gpt-5.2", ("none", "current_turn", "standard", 0.98, "24h", False)),
        ("gpt-5.3-codex", ("none", "current_turn", "standard", 0.98, "24h", True)),
        ("gpt-5.4-pro", ("medium", "current_turn", "pro", 0.98, "24h", True)),
        ("gpt-5.5-pro", ("high", "current_turn", "pro", 0.98, "24h", True)),
        ("gpt-5.4-mini", ("none", "current_turn", "standard", 0.98, "in_memory", True)),
        ("gpt-5.5", ("medium", "current_turn", "standard", 0.98, "24h", True)),
        ("gpt-5.6-sol", ("medium", "all_turns", "standard", 0.98, "24h", True)),
        ("o3-mini", ("medium", "current_turn", "standard", 1.0, "in_memory", False)),
    ],
)
def test_model_facts_are_the_recorded_defaults(name, facts):
    known = model_facts(name)
    reasoning = (known.effort, known.context, known.mode)
    assert (*reasoning, known.top_p, known.prompt_cache_retention, known.phase) == facts


def test_a_snapshot_has_the_facts_of_its_alias():
    assert {a: model_facts(a) for a in MODEL_SNAPSHOTS} == {a: model_facts(s) for a, s in MODEL_SNAPSHOTS.items()}
