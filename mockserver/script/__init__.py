"""What a test said: rules in order, what they ask of a request and what they answer, in Python and in YAML."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "fixtures": ["Fixtures", "check_fixtures", "fixture_files", "load_fixtures", "read_text"],
        "keywords": ["ReplyKeywords", "WhenKeywords"],
        "prompts": ["read_prompt"],
        "reloading": ["ReloadingFixtures"],
        "reply_options": ["read_pace"],
        "rule_schema": ["FixtureDocument", "fixture_schema", "read_chaos", "read_document"],
        "rules": ["Rule"],
        "script": ["Script"],
    },
)
