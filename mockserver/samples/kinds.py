"""What a property's name, or a format, asks for, and how it is made up."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from mockserver.ids import Draws
from mockserver.samples.vocabulary import NOUNS, entry, phrase, sentence, stems


def _day(draws: Draws) -> str:
    return f"2026-{draws.index(12) + 1:02}-{draws.index(28) + 1:02}"


def _time(draws: Draws) -> str:
    return f"{draws.index(24):02}:{draws.index(60):02}:00Z"


def _instant(draws: Draws) -> str:
    return f"{_day(draws)}T{_time(draws)}"


def _noun(draws: Draws) -> str:
    return NOUNS[draws.index(len(NOUNS))]


def _host(draws: Draws) -> str:
    return f"{phrase(draws).replace(' ', '-')}.example.com"


def _email(draws: Draws) -> str:
    return f"{phrase(draws).replace(' ', '.')}@example.com"


def _uri(draws: Draws) -> str:
    return f"https://{_host(draws)}/{_noun(draws)}"


def _ipv4(draws: Draws) -> str:
    return f"192.0.2.{draws.index(254) + 1}"


def _uuid(draws: Draws) -> str:
    return f"{draws.hex(8)}-{draws.hex(4)}-4{draws.hex(3)}-8{draws.hex(3)}-{draws.hex(12)}"


def _regex(draws: Draws) -> str:
    return f"^{_noun(draws)}$"


# The names are JSON Schema's; addresses come from the ranges kept for documentation (RFC 2606, 5737, 3849).
FORMATS: Mapping[str, Callable[[Draws], str]] = {
    "date-time": _instant,
    "date": _day,
    "time": _time,
    "duration": lambda draws: f"P{draws.index(9) + 1}DT{draws.index(23) + 1}H",
    "email": _email,
    "idn-email": _email,
    "hostname": _host,
    "idn-hostname": _host,
    "ipv4": _ipv4,
    "ipv6": lambda draws: f"2001:db8::{draws.index(65535) + 1:x}",
    "uuid": _uuid,
    "uri": _uri,
    "url": _uri,
    "iri": _uri,
    "uri-reference": _uri,
    "iri-reference": _uri,
    "uri-template": _uri,
    "json-pointer": lambda draws: f"/{_noun(draws)}",
    "relative-json-pointer": lambda draws: f"{draws.index(3)}/{_noun(draws)}",
    "regex": _regex,
}

_COMMANDS = ("ls", "pwd", "date", "whoami", "uname")  # an agent may run them
_MEDIA_TYPES = ("text/plain", "application/json", "image/png")


def _entry(kind: str) -> Callable[[Draws], str]:
    return lambda draws: entry(kind, draws)


def _name(draws: Draws) -> str:
    return f"{entry('first_name', draws)} {entry('last_name', draws)}"


def _user_name(draws: Draws) -> str:
    return f"{entry('first_name', draws)}{draws.index(90) + 10}".lower()


def _street_address(draws: Draws) -> str:
    return f"{draws.index(990) + 10} {entry('street_name', draws)}"


def _phone(draws: Draws) -> str:
    return f"+1-{draws.index(700) + 201}-555-01{draws.index(100):02}"  # 555-01xx is kept for fiction


def _slug(draws: Draws) -> str:
    return phrase(draws).replace(" ", "-")


KINDS: Mapping[str, Callable[[Draws], str]] = {
    **{kind: _entry(kind) for kind in ("city", "company", "country", "country_code", "currency_code", "first_name")},
    **{kind: _entry(kind) for kind in ("job", "language_name", "last_name", "postcode", "state")},
    "branch": lambda _: "main",
    "color": _entry("color_name"),
    "command": lambda draws: _COMMANDS[draws.index(len(_COMMANDS))],
    "date": _day,
    "email": _email,
    "encoding": lambda _: "utf-8",
    "expression": lambda draws: f"{draws.index(90) + 10} + {draws.index(90) + 10}",  # most languages know it
    "file_name": lambda draws: f"{_noun(draws)}.txt",
    "folder": lambda _: ".",
    "hash": lambda draws: draws.hex(40),
    "host": _host,
    "http_method": lambda _: "GET",
    "id": lambda draws: draws.hex(8),
    "instant": _instant,
    "ip": _ipv4,
    "locale": lambda _: "en-US",
    "media_type": lambda draws: _MEDIA_TYPES[draws.index(len(_MEDIA_TYPES))],
    "name": _name,
    "path": lambda draws: f"{_noun(draws)}/{_noun(draws)}.txt",
    "phone": _phone,
    "phrase": phrase,
    "query": sentence,
    "regex": _regex,
    "sentence": sentence,
    "slug": _slug,
    "sql": lambda draws: f"SELECT {draws.index(90) + 10}",
    "street_address": _street_address,
    "time": _time,
    "time_zone": lambda _: "UTC",
    "url": _uri,
    "user_name": _user_name,
    "uuid": _uuid,
    "version": lambda draws: f"1.{draws.index(10)}.{draws.index(10)}",
}
"""How a value of each kind is made up. A query is better taken from what the user wrote."""

RUNNABLE = frozenset({"command", "expression", "sql"})
"""Kinds that are run."""

_HINTS = """
    email: email
    phone: phone
    url: url, uri, link, website, webpage
    uuid: uuid, guid
    sql: sql
    media_type: mime type, media type, content type
    file_name: file name, filename
    path: path, filepath, file path
    folder: folder, directory, dir, cwd, workdir, working directory
    command: command, cmd, shell, bash
    regex: regex, regexp, pattern
    host: host, hostname, domain
    ip: ip, ip address
    user_name: user name, username, login
    first_name: first name, given name
    last_name: last name, family name, surname
    company: company, organization
    country_code: country code
    country: country
    state: province
    city: city, town, location, place, destination, origin
    street_address: address, street
    postcode: zip, postal, postcode
    currency_code: currency
    language_name: language
    color: color, colour
    job: job, occupation
    name: name, author, person, customer
    time_zone: timezone, time zone
    instant: timestamp, datetime, date time
    date: date, day
    time: time
    id: id
    query: query, question, search, prompt, request, task, topic
    sentence: message, text, content, description, summary, explanation, reason, answer
    phrase: title
    expression: java script, javascript, python code
"""

_WHOLE_NAMES = """
    path: file, input file, output file, source file, target file, src
    instant: created, updated, modified, published, expire, since, until, start, end
    date: deadline, due, birthday
    email: recipient, sender, cc, bcc, attendee
    encoding: encoding, charset
    locale: locale, lang
    expression: expression, formula, equation, code, source code, script, program
    http_method: method, http method
    branch: branch, branch name, ref
    hash: sha, commit, commit hash
    query: q
    slug: repo, repository, owner, slug, package
    url: endpoint
    user_name: user
    version: version
"""

# What numbers of a name may be, where their schema sets no bounds.
_RANGES: Mapping[str, range] = {
    "age, amount, count, limit, number, page size, per page, price, quantity, total": range(1, 101),
    "ms, milli, millisecond": range(10_000, 30_001),
    "timeout": range(30, 61),  # seconds, or so
    "offset, index": range(1),
    "page, line": range(1, 2),
    "month": range(1, 13),
    "day": range(1, 29),
    "hour": range(1, 24),
    "minute, second": range(1, 60),
    "year": range(2000, 2027),
    "latitude, lat": range(-90, 91),
    "longitude, lon, lng": range(-180, 181),
    "confidence, probability, ratio": range(2),
    "percent, percentage": range(101),
    "port": range(8000, 9000),
}


def _rows(table: str) -> tuple[tuple[frozenset[str], str], ...]:
    lines = (line.partition(":") for line in table.strip().splitlines())
    return tuple((stems(words), kind.strip()) for kind, _, several in lines for words in several.split(","))


# Words of a property's name or description, and the kind that they ask for. The first whose words are all there wins.
HINTS = _rows(_HINTS)

# Names that ask for a kind where nothing else does; they count as a whole, as `promo_code` is no code to run.
WHOLE_NAMES: Mapping[frozenset[str], str] = dict(_rows(_WHOLE_NAMES))

# Words of a number's name, and what it may be. The first whose words are all there wins.
RANGES = tuple((stems(words), numbers) for several, numbers in _RANGES.items() for words in several.split(","))


@lru_cache(maxsize=1024)
def kind_of(hint: str) -> str:
    """What a hint asks for; its first line is the property's name and counts before the description."""
    name, *rest = hint.split("\n", 1)
    for line in (name, *rest):
        words = stems(line)
        for row, kind in HINTS:
            if words.issuperset(row):
                return kind
    return WHOLE_NAMES.get(stems(name), "phrase")


@lru_cache(maxsize=1024)
def range_of(hint: str) -> range | None:
    """What a number may be that has the name of a hint; None where its name does not say."""
    words = stems(hint.partition("\n")[0])
    return next((numbers for row, numbers in RANGES if words.issuperset(row)), None)
