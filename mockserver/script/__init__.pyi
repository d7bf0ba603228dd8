from mockserver.script.fixtures import Fixtures, check_fixtures, fixture_files, load_fixtures, read_text
from mockserver.script.keywords import ReplyKeywords, WhenKeywords
from mockserver.script.prompts import read_prompt
from mockserver.script.reloading import ReloadingFixtures
from mockserver.script.reply_options import read_pace
from mockserver.script.rule_schema import FixtureDocument, fixture_schema, read_chaos, read_document
from mockserver.script.rules import Rule
from mockserver.script.script import Script

__all__ = [
    "FixtureDocument",
    "Fixtures",
    "ReloadingFixtures",
    "ReplyKeywords",
    "Rule",
    "Script",
    "WhenKeywords",
    "check_fixtures",
    "fixture_files",
    "fixture_schema",
    "load_fixtures",
    "read_chaos",
    "read_document",
    "read_pace",
    "read_prompt",
    "read_text",
]
