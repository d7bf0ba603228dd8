"""Make ``mockserver/cassette/secret_rules.json`` from the pinned rule file of gitleaks: what secrets look like.

``python -m tests.cassette.make_secret_rules`` writes the file; with ``--check`` it prints a diff and exits 1 where the
file is not what ``gitleaks.toml`` gives. To update, replace ``gitleaks.toml`` by the file of another release, and
``VERSION`` and ``SHA256`` with it.

The rules are written for Go's RE2, whose time is linear in the text whatever the pattern. Python's ``re`` backtracks:
so a pattern begins with its keyword here, not with the fifty characters that may stand before it; and the rules that
could not be made linear that way are in ``REPLACED``. What a pattern's first group holds is the secret.
"""

import json
import re
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

from tests.support.made_files import write_or_check

VERSION = "8.30.1"
SHA256 = "e163e53b9e7e8a8511e77271e2b323ed057759542a6d988258afe3a1fa329caf"
SOURCE = Path(__file__).with_name("gitleaks.toml")
RULES = Path(__file__).resolve().parents[2] / "mockserver" / "cassette" / "secret_rules.json"

REPLACED = {
    "aws-amazon-bedrock-api-key-short-lived": "matches the start of a key, not the key",
    "curl-auth-header": "not linear: any text may stand between curl and the header",
    "curl-auth-user": "not linear, for the same reason",
    "generic-api-key": "names of secrets have a table of their own, which knows the places of a message",
    "hashicorp-tf-password": "names of secrets, again; the rule is for files of one kind",
    "jwt": "takes any two words that begin with `ey`",
    "jwt-base64": "what its groups hold is not the token",
    "kubernetes-secret-yaml": "not linear: any text may stand between kind and data",
    "microsoft-teams-webhook": "what its groups hold is not the secret",
    "nuget-config-password": "not linear: any text may stand in the value",
    "private-key": "needs the end of the key, which a text that was cut off has not got",
    "sidekiq-sensitive-url": "one of the passwords in URLs",
    "slack-webhook-url": "the address of Slack may stay",
    "sourcegraph-access-token": "takes any commit id where the company is named",
}
"""Rules that ``mockserver/cassette/secret_shapes.py`` and ``secret_names.py`` have another way, with why."""

KEYWORDS = {"airtable-personnal-access-token": ["pat"]}
"""Keywords that are in the secret itself, where the rule's own are somewhere in the same file."""

SHORT = {"freemius-secret-key", "slack-app-token", "slack-legacy-token"}
"""Rules that match without a run of fourteen letters, which all others have."""

BEFORE_KEYWORD = r"[\w.-]{0,50}?"
ASSIGNED = r"""[\x60'"\s=]{0,5}"""  # the end of what stands between a vendor's name and its value
ENDS = (  # a secret ends where its alphabet does: a full stop, a bracket or `&` may follow as well as a quote
    r"""(?:[\x60'"\s;]|\\[nr]|$|\b)""",
    r"""(?:[\x60'"\s;]|\\[nr]|$)""",
    r"""(?:$|[\\'"\x60\s<),])""",
    r"(?:[^a-zA-Z0-9+/]|\z)",
    r"(?:[^\w-]|\z)",
)
END = r"(?![\w-])"
BOUNDARY = r"\b"
AFTER_BASE64 = r"(?<![\w+/-])"
"""The boundary of secrets that begin with letters alone, as those of pictures in base64 do."""
CLASSES = {"[:alnum:]": "a-zA-Z0-9"}
ANCHORS = {"$": r"\Z", r"\z": r"\Z"}

TOKEN = re.compile(
    r"""(?x) \[ \^? \]? (?: \\. | \[:\w+:\] | [^\]\\] )* \]          # a class
    | \(\?P<\w+> | \(\?[a-zA-Z-]+\) | \(\?[a-zA-Z-]*[:!] | \(    # groups, flags, looking ahead
    | [?*+] \?? | \{\d+(?:,\d*)?\} \??                          # repeats
    | \\x[0-9a-fA-F]{2} | \\. | .""",
    re.DOTALL,
)
CAPTURE = re.compile(r"\((?:\?P<\w+>)?")
FLAGS = re.compile(r"\(\?[a-zA-Z-]+\)")
REPEAT = re.compile(r"[?*+{]")
LITERAL = re.compile(r"[A-Za-z0-9_~=-]|\\[.-]")
PLAIN_GROUP = "(?:"


def translated(pattern, secret_group):
    """Give a pattern of RE2 for `re.ASCII`; a group that captures holds the secret, without its usual start."""
    pattern = pattern.replace(BEFORE_KEYWORD, "")
    for end in ENDS:
        pattern = pattern.replace(end, END)
    tokens = TOKEN.findall(pattern)
    if not outer_captures(tokens):
        start = next(place for place, token in enumerate(tokens) if token != BOUNDARY and not FLAGS.fullmatch(token))
        tokens = [*tokens[:start], "(", *tokens[start:], ")"]
    secrets = outer_captures(tokens)
    if secret_group:
        secrets = secrets[secret_group - 1 : secret_group]
    tokens = [
        PLAIN_GROUP if CAPTURE.fullmatch(token) and place not in secrets else token
        for place, token in enumerate(tokens)
    ]
    for place in reversed(secrets):  # from the end, as what comes after a changed place moves
        tokens = with_start_outside(tokens, place)
    return with_boundary("".join(written(tokens)))


def with_boundary(pattern):
    """Give a pattern that does not match within base64."""
    in_base64 = re.match(r"\\b(?:\((?:\?:)?)*[A-Za-z0-9]+(?![\w~-]|\\[.-])", pattern)
    return pattern.replace(BOUNDARY, AFTER_BASE64, 1) if in_base64 else pattern


def is_open(token):
    """Whether a token begins a group: flags do not."""
    return token.startswith("(") and not FLAGS.fullmatch(token)


def closing(tokens, place):
    """Give the place of the bracket that closes the group which begins at `place`."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += is_open(tokens[at]) - (tokens[at] == ")")
        if not depth:
            return at
    raise ValueError("a group without an end: " + "".join(tokens))


def outer_captures(tokens):
    """Give the places of the groups that capture and are in no other such group: as gitleaks, one is the secret."""
    places, end = [], -1
    for place, token in enumerate(tokens):
        if place > end and CAPTURE.fullmatch(token):
            places.append(place)
            end = closing(tokens, place)
    return places


def with_start_outside(tokens, place):
    """Give the tokens with the letters that every such secret begins with before its group, as they may stay."""
    end = closing(tokens, place)
    letters = place + 1
    while LITERAL.fullmatch(tokens[letters]):
        letters += 1
    letters -= bool(REPEAT.match(tokens[letters])) and letters > place + 1
    depth, alternatives = 0, False
    for token in tokens[place + 1 : end]:
        depth += is_open(token) - (token == ")")
        alternatives |= token == "|" and not depth
    if alternatives or letters == end:
        return tokens
    return [*tokens[:place], *tokens[place + 1 : letters], tokens[place], *tokens[letters:]]


def written(tokens):
    """Give the tokens in Python's syntax; flags in the middle of a group become a group, in each alternative."""
    flags: list[list[str]] = [[]]
    for token in tokens:
        if token == ")":
            yield ")" * (len(flags.pop()) + 1)
        elif token == "|":
            yield ")" * len(flags[-1]) + "|" + "".join(flags[-1])
        elif FLAGS.fullmatch(token):
            flags[-1].append(token[:-1] + ":")
            yield flags[-1][-1]
        else:
            flags += [[]] if is_open(token) else []
            for name, letters in CLASSES.items() if token.startswith("[") else ():
                token = token.replace(name, letters)  # noqa: PLW2901 - the same token
            yield ANCHORS.get(token, token)
    yield ")" * len(flags[0])


def make():
    """Give the rules, one dict each."""
    raw = SOURCE.read_bytes()
    if sha256(raw).hexdigest() != SHA256:
        sys.exit(f"{SOURCE.name} is not the rule file of gitleaks {VERSION}: its SHA-256 is not the pinned one")
    rules = [rule for rule in tomllib.loads(raw.decode())["rules"] if "regex" in rule and rule["id"] not in REPLACED]
    return [made(rule) for rule in rules]


def made(rule):
    """Give one rule as the server has it; a value that only its name gives away has a digit, as words have not."""
    extra = {"entropy": rule["entropy"]} if "entropy" in rule else {}
    extra |= {"digit": True} if ASSIGNED in rule["regex"] else {}
    extra |= {"short": True} if rule["id"] in SHORT else {}
    return {
        "kind": rule["id"].replace("-", " "),
        "hints": KEYWORDS.get(rule["id"], rule["keywords"]),
        "pattern": translated(rule["regex"], rule.get("secretGroup", 0)),
        **extra,
    }


def text(rules):
    """Give the rules as the committed file has them: a line for each."""
    source = f"gitleaks {VERSION}, config/gitleaks.toml, MIT: LICENSES/gitleaks.txt"
    lines = ",\n".join(json.dumps(rule) for rule in rules)
    return f'{{"source": {json.dumps(source)},\n"sha256": "{SHA256}",\n"rules": [\n{lines}\n]}}\n'


def main(arguments=None):
    """Write the rules, or compare them with the committed ones; give the exit code."""
    return write_or_check(RULES, text(make()), description=__doc__, arguments=arguments)


if __name__ == "__main__":
    sys.exit(main())
