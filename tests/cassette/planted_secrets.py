"""Secrets of sixty kinds, and the places of an exchange where a client, a tool or a model puts them."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import quote

from mockserver.events.deltas import Deltas, Splits
from mockserver.events.emit import emit
from mockserver.model.recorded import RecordedExchange
from tests.cassette.streams import message, response, streamed

WORD = "aB3dE5gH7jK9mN1pQ2rS"  # 20 characters of all kinds
HEX = "0a1b2c3d4e5f6789"
UUID = "3f2a8b1c-77d0-4e52-9a6b-0c4d81e9f325"
FRAME = "-----"
BASE64 = "MIIEow1BAAKCaqEA7n9wzqkQ"


def joined(*parts: str) -> str:
    """Made here, so that no scanner takes this file for a leak."""
    return "".join(parts)


SHAPES = (
    joined("sk-", "proj-", WORD, "_", WORD, "-", WORD),
    joined("sk-", "ant-api03-", WORD * 4),
    joined("sess-", WORD * 2),
    joined("gsk_", WORD * 2, "WGdyb3FY"),
    joined("xai-", WORD * 4),
    joined("pplx-", WORD * 2, "abcdefgh"),
    joined("hf_", WORD, "abcdefghijklmn"),
    joined("lsv2_", "pt_", HEX * 2, "_", HEX[:10]),
    joined("nvapi-", WORD * 3, "abcd"),
    joined("ghp_", WORD, "abcdefghijklmnop"),
    joined("github_pat_", WORD, "_", WORD * 2),
    joined("glpat-", WORD),
    joined("AKIA", "IOSFODNN7EXAMPLE"),
    joined("AIza", "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    joined("ya29.", WORD * 2),
    joined("xoxb-", "123456789012-1234567890123-", WORD),
    joined("hooks.slack.com/services/", "T00000000/B00000000/", WORD),
    joined("sk_live_", WORD, "abcd"),
    joined("SG.", "abcdefghijklmnopqrstuv", ".", WORD * 2, "abc"),
    joined("npm_", WORD, "abcdefghijklmnop"),
    joined("pypi-", "AgEIcHlwaS5vcmc", WORD * 3),
    joined("dckr_pat_", WORD, "abcdefg"),
    joined("dop_v1_", HEX * 4),
    joined("shpat_", HEX * 2),
    joined("hvs.", WORD * 5),
    joined("SK", HEX * 2),
    joined("tskey-", "auth-", WORD),
    joined("sbp_", HEX * 2, HEX[:8]),
    joined("figd_", WORD * 2),
    joined("NRAK-", "ABCD2EFGH3IJKL4MNOP5QRST6UV"),
    joined("key-", HEX * 2),
    joined(HEX * 2, "-us14"),
    joined("123456789:", "AA", WORD, "abcdefghijklm"),
    joined("AGE-SECRET-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2)[:74],
    joined("lin_api_", WORD * 2),
    joined("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJ", "zdWIiOiIxMjM0NTY3ODkwIn0", ".", WORD * 2),
    joined("Bearer ", WORD * 2),
    joined("Basic ", b64encode(b"ann:correct horse battery").decode()),
    joined("redis://", ":", WORD * 2, "@cache.example/0"),
    joined("postgres://", "ann:", WORD, "@db.example/app"),
    joined("AccountKey=", b64encode(WORD.encode() * 3).decode()),
    joined(f"{FRAME}BEGIN RSA PRIVATE KEY{FRAME}\n", (BASE64 * 2 + "\n") * 3, f"{FRAME}END RSA PRIVATE KEY{FRAME}"),
    joined(f"{FRAME}BEGIN PGP PRIVATE KEY BLOCK{FRAME}\n\n", (BASE64 * 2 + "\n") * 3, "=aB3d\n",
           f"{FRAME}END PGP PRIVATE KEY BLOCK{FRAME}"),
    joined("machine api.example.com login ann password ", WORD),
)  # fmt: skip
"""What looks like a secret, wherever it stands."""

NAMED: Mapping[str, str] = {
    "password": "hunter2hunter2hunter2",
    "api_key": WORD,
    "client_secret": f"{WORD}~x",
    "access_token": WORD,
    "refreshToken": WORD,
    "private_key": HEX,
    "secret": "s3cr3t-of-the-house",
    "token": f"{HEX}.{HEX}",
    "DB_PASS": "pa55word",
    "NPM_TOKEN": f"{WORD}-1",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzz1234",
    "MY_SERVICE_TOKEN": UUID,
    "X-Custom-Token": WORD,
    "DD-APPLICATION-KEY": HEX * 2,
    "passphrase": "c0rrect-h0rse-battery",
    "connection_string": f"tcp:{WORD}",
}
"""What is a secret because it is called one."""

KINDS = [*(("note", secret) for secret in SHAPES), *NAMED.items()]

# Places: what a name and a secret become in an exchange. A text may be cut into deltas.

Place = Callable[[str, str], RecordedExchange]


def as_json(name: str, secret: str) -> str:
    return json.dumps({"at": "09:30", name: secret, "n": 1})


def as_text(name: str, secret: str) -> str:
    return f"Use {name}={secret}\n, and then go on."


def escaped(text: str) -> str:
    """JSON with every dash and the like as an escape, as some encoders write them."""
    return "".join(f"\\u{ord(one):04x}" if one in "-_:/=@+~<>&" else one for one in json.dumps(text)[1:-1])


def data_url(text: str) -> str:
    return f"data:text/plain;base64,{b64encode(text.encode()).decode()}"


def said(text: str) -> RecordedExchange:
    return RecordedExchange(body={"output": [message(text)]})


def asked(body: object) -> RecordedExchange:
    return RecordedExchange(request_body=body)  # type: ignore[arg-type]


def called(arguments: str, chunks: list[str] | None = None) -> RecordedExchange:
    """A function call; with `chunks`, streamed in them."""
    call = {"id": "fc_1", "type": "function_call", "status": "completed", "arguments": arguments, "call_id": "call_1",
            "name": "connect"}  # fmt: skip
    if chunks is None:
        return RecordedExchange(body=response(call))
    splits = Splits(deltas={(0, "response.function_call_arguments.delta", 0): Deltas(texts=chunks)})
    return RecordedExchange(events=list(emit(response(call), splits=splits)))


def multipart(name: str, secret: str) -> str:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{secret}\r\n--b--\r\n'


def cut(text: str, secret: str) -> list[str]:
    """`text` in pieces of which none holds the secret, nor its name."""
    size = max(1, min(7, len(secret) // 3))
    return [text[at : at + size] for at in range(0, len(text), size)]


def secret_part(secret: str) -> str:
    """What must not be left of a secret: letters from its middle."""
    lines = max(secret.split("\n"), key=len)
    middle = len(lines) * 2 // 3
    return lines[middle - 4 : middle + 4]


PLACES: Mapping[str, Place] = {
    "text of a request": lambda name, secret: asked({"input": as_text(name, secret)}),
    "text of an answer": lambda name, secret: said(as_text(name, secret)),
    "text in deltas": lambda name, secret: streamed(cut(as_text(name, secret), secret)),
    "arguments": lambda name, secret: called(as_json(name, secret)),
    "arguments in deltas": lambda name, secret: called(as_json(name, secret), cut(as_json(name, secret), secret)),
    "JSON in JSON in a string": lambda name, secret: called(
        json.dumps({"request": json.dumps({"body": as_json(name, secret)})})
    ),
    "escapes": lambda name, secret: called(f'{{"{name}": "{escaped(secret)}"}}'),
    "escapes in deltas": lambda name, secret: called(
        f'{{"{name}": "{escaped(secret)}"}}', cut(f'{{"{name}": "{escaped(secret)}"}}', secret)
    ),
    "a data URL": lambda name, secret: asked({"input": [{"file_data": data_url(as_text(name, secret))}]}),
    "a data URL in deltas": lambda name, secret: streamed(cut(f"See {data_url(as_text(name, secret))} .", secret)),
    "a file beside the cassette": lambda name, secret: asked(
        {"file_data": data_url(as_text(name, secret) + " ." * 5_000)}
    ),
    "base64 of a file": lambda name, secret: asked(
        {"file_data": b64encode((as_text(name, secret) + " ." * 5_000).encode()).decode()}
    ),
    "the query of a server's URL": lambda name, secret: asked(
        {"tools": [{"type": "mcp", "server_url": f"https://m.example/mcp?v=1&{name}={quote(secret, safe='')}&x=y"}]}
    ),
    "an encoded name in a query": lambda name, secret: said(
        f"See https://m.example/?{name.replace('_', '%5F')}={quote(secret, safe='')} for more."
    ),
    "the exchange's own URL": lambda name, secret: RecordedExchange(url_path=f"/v1/f?{name}={quote(secret, safe='')}"),
    "location": lambda name, secret: RecordedExchange(headers={"location": f"https://x.example/?{name}={quote(secret)}"}),
    "a form": lambda name, secret: asked(f"grant_type=x&{name}={quote(secret, safe='')}&scope=all"),
    "multipart": lambda name, secret: asked(multipart(name, secret)),
    "JSON as text/plain": lambda name, secret: asked(json.dumps({"config": {name: secret}}, indent=2)),
    "env of a shell call": lambda name, secret: RecordedExchange(
        body={"output": [{"type": "shell_call", "action": {"commands": ["make"], "env": {name: secret}}}]}
    ),
    "headers of an MCP tool": lambda name, secret: asked(
        {"tools": [{"type": "mcp", "server_label": "m", "headers": {f"X-{name}": secret.replace("\n", " ")}}]}
    ),
    "domain secrets": lambda name, secret: asked(
        {"network_policy": {"domain_secrets": [{"domain": "x.example", "name": name, "value": secret}]}}
    ),
    "latin-1 bytes": lambda name, secret: asked(f"caf\xe9\n{as_text(name, secret)}".encode("latin-1")),
}  # fmt: skip
