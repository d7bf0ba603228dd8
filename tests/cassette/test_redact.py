import json
from base64 import b64encode
from dataclasses import replace

import pytest

from mockserver.cassette.check import check
from mockserver.cassette.format import Header, dump_exchange, dump_header
from mockserver.cassette.load import load
from mockserver.cassette.redact import redact
from mockserver.cassette.secrets import secret_patterns
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Channel
from tests.cassette.streams import message, padded_events, response, streamed

FRAME = "-----"
PEM = (
    f"{FRAME}BEGIN RSA PRIVATE KEY{FRAME}\n" + ("MIIEow1B" * 8 + "\n") * 3 + f"Zz9=\n{FRAME}END RSA PRIVATE KEY{FRAME}"
)
HEX = "0a1b2c3d4e5f6789"
WORD = "aB3dE5gH7jK9mN1pQ2rS"  # 20 characters of all kinds


def joined(*parts):
    """Made here, so that no scanner takes this file for a leak."""
    return "".join(parts)


SECRETS = [
    joined("sk-", WORD, "T3BlbkFJ", WORD),
    joined("sk-", "proj-", WORD, "_", WORD, "-", WORD),
    joined("sk-", "svcacct-", WORD * 3),
    joined("sk-", "admin-", WORD * 3),
    joined("sk-", "ant-api03-", WORD * 4),
    joined("sk-", "or-v1-", HEX * 4),
    joined("sess-", WORD * 2),
    joined("ek_", HEX * 2),
    joined("whsec_", WORD, "MfKQ9r8"),
    joined("org-", WORD, "x1Y2"),
    joined("proj_", WORD, "x1Y2"),
    joined("gsk_", WORD * 2, "WGdyb3FY"),
    joined("xai-", WORD * 4),
    joined("pplx-", WORD * 2, "abcdefgh"),
    joined("r8_", WORD * 2),
    joined("pcsk_", WORD * 3),
    joined("tvly-", "dev-", WORD),
    joined("hf_", WORD, "abcdefghijklmn"),
    joined("ghp_", WORD, "abcdefghijklmnop"),
    joined("gho_", WORD, "abcdefghijklmnop"),
    joined("github_pat_", WORD, "_", WORD * 2),
    joined("glpat-", WORD),
    joined("AKIA", "IOSFODNN7EXAMPLE"),
    joined("ASIA", "Y34FZKBOKMUTVV7A"),
    joined("AIza", "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    joined("ya29.", WORD * 2),
    joined("GOCSPX-", WORD, "abcd-efg"),
    joined("xoxb-", "123456789012-1234567890123-", WORD),
    joined("xapp-", "1-A0123456789-", WORD),
    joined("hooks.slack.com/services/", "T00000000/B00000000/", WORD),
    joined("sk_live_", WORD, "abcd"),
    joined("rk_test_", WORD, "abcd"),
    joined("SG.", "abcdefghijklmnopqrstuv", ".", WORD * 2, "abc"),
    joined("npm_", WORD, "abcdefghijklmnop"),
    joined("pypi-", "AgEIcHlwaS5vcmc", WORD * 3),
    joined("dapi", HEX * 2),
    joined("dop_v1_", HEX * 4),
    joined("shpat_", HEX * 2),
    joined("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJ", "zdWIiOiIxMjM0NTY3ODkwIn0", ".", WORD * 2),
    PEM,
]


def cut(secret, *, deltas):
    """A sentence with the secret in it, cut so that no delta holds it whole."""
    size = -(-len(secret) // deltas)
    return ["The key is ", *(secret[at : at + size] for at in range(0, len(secret), size)), " indeed."]


def planted():
    """Forty secrets, every other one split over deltas."""
    for number, secret in enumerate(SECRETS):
        if number % 2:
            yield streamed(cut(secret, deltas=2 + number % 5))
        else:
            yield RecordedExchange(
                request_body={"input": [{"content": f"Use {secret} please"}]},
                body={"output": [{"text": f"({secret})"}]},
            )


def texts_of(events):
    """The deltas joined, and every other place where the text stands."""
    item = events[-1]["response"]["output"][0]
    return {
        "".join(event["delta"] for event in events if "delta" in event),
        *(event["text"] for event in events if event["type"].endswith("text.done")),
        *(event["part"]["text"] for event in events if event["type"].endswith("part.done")),
        *(event["item"]["content"][0]["text"] for event in events if event["type"].endswith("item.done")),
        item["content"][0]["text"],
    }


@pytest.mark.parametrize("channel", [None, Channel(1), Channel(2, "lane")], ids=["http", "websocket", "lane"])
def test_none_of_forty_planted_secrets_is_in_a_written_cassette(tmp_path, channel):
    path = tmp_path / "tape.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        found = [writer.add(replace(exchange, channel=channel)) for exchange in planted()]

    text = path.read_text()
    assert len(SECRETS) == len(set(SECRETS)) == 40
    assert [len(findings) for findings in found] == [1] * 40
    assert [secret for secret in SECRETS if any(part in text for part in {secret, json.dumps(secret)[1:-1]})] == []
    assert [secret for secret in SECRETS if secret[len(secret) // 2 :][:12] in text] == []
    assert check(path, now=0) == []


def test_secrets_of_a_handshake_a_lane_and_of_input_meanwhile_are_left_out(tmp_path):
    path = tmp_path / "tape.yaml"
    secret = SECRETS[1]
    exchange = replace(
        streamed(["Hello."]),
        request_headers={"authorization": f"Bearer {secret}", "user-agent": f"app {secret}", "x-key": secret},
        channel=Channel(1, SECRETS[18]),
        steers=[(2, {"type": "response.steer", "previous_response_id": "resp_1", "input": f"Use {secret}."})],
    )
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(exchange)

    assert not any(one in path.read_text() for one in (secret, SECRETS[18]))
    (loaded,) = load(path).exchanges
    assert loaded.steers[0][1]["input"] == "Use sk-proj-REDACTED."


def test_check_finds_all_planted_secrets_in_an_unredacted_copy(tmp_path):
    path = tmp_path / "tape.yaml"
    path.write_text(dump_header(Header()) + "".join(dump_exchange(exchange).text for exchange in planted()))

    problems = [problem for problem in check(path, now=0) if problem.kind == "secret"]

    assert len({problem.line for problem in problems}) == len(problems) == 40


@pytest.mark.parametrize("deltas", [1, 2, 3, 7, 30])
def test_secret_cut_into_deltas_goes_from_every_event_alike(deltas):
    secret = joined("sk-", "proj-", WORD * 2)

    clean = redact(streamed(cut(secret, deltas=deltas)))

    assert texts_of(clean.exchange.events) == {"The key is sk-proj-REDACTED indeed."}
    assert [str(finding) for finding in clean.findings] == ["api key at response/events/4/delta"]
    assert "  stream:\n" in dump_exchange(clean.exchange).text


def test_two_secrets_in_one_text_and_in_one_delta():
    first, second = joined("ghp_", WORD * 2), joined("hf_", WORD * 2)

    clean = redact(streamed([f"{first[:9]}", f"{first[9:]} and {second[:4]}", f"{second[4:]}."]))

    assert texts_of(clean.exchange.events) == {"ghp_REDACTED and hf_REDACTED."}
    assert [event["delta"] for event in clean.exchange.events or () if "delta" in event] == [
        "ghp_REDACTED",
        " and hf_REDACTED",
        ".",
    ]


def test_tokens_of_a_secret_go_with_their_bytes_and_alternatives():
    secret = joined("sk-", WORD, WORD)
    tokens = ["See ", secret[:7], secret[7:], "!"]
    entries = [
        {"token": token, "bytes": list(token.encode()), "logprob": -0.5, "top_logprobs": [{"token": token}]}
        for token in tokens
    ]
    final = response(message("".join(tokens)))
    final["output"][0]["content"][0]["logprobs"] = entries
    exchange = RecordedExchange(events=padded_events(final, tokens))

    clean = redact(exchange).exchange

    assert clean.events is not None
    assert secret[7:] not in json.dumps(clean.events)
    assert [entry["token"] for entry in clean.events[-1]["response"]["output"][0]["content"][0]["logprobs"]] == [
        "See ",
        "sk-REDACTED",
        "",
        "!",
    ]
    deltas = [event for event in clean.events if "delta" in event]
    assert [event["logprobs"][0]["token"] for event in deltas] == ["See ", "sk-REDACTED", "", "!"]
    assert deltas[1]["logprobs"][0]["bytes"] == list(b"sk-REDACTED")
    assert deltas[1]["logprobs"][0]["top_logprobs"] == []
    assert deltas[0]["logprobs"] == entries[:1]


def test_headers_are_kept_by_an_allow_list():
    exchange = RecordedExchange(
        request_headers={"authorization": joined("Bearer sk-", WORD), "user-agent": "x", "x-stainless-lang": "python"},
        headers={
            "content-type": "application/json",
            "set-cookie": "__cf_bm=1",
            "openai-organization": "acme",
            "openai-project": joined("proj_", WORD),
            "x-ratelimit-reset-tokens": "0s",
            "www-authenticate": 'Bearer realm="OpenAI API"',
        },
    )

    clean = redact(exchange)

    assert clean.exchange.request_headers == {"user-agent": "x", "x-stainless-lang": "python"}
    assert clean.exchange.headers == {
        "content-type": "application/json",
        "x-ratelimit-reset-tokens": "0s",
        "www-authenticate": 'Bearer realm="OpenAI API"',
    }
    assert [str(finding) for finding in clean.findings] == [
        "secret by its name at request/headers/authorization",
        "secret by its name at response/headers/set-cookie",
        "project id at response/headers/openai-project",
    ]


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("/v1/responses?api_key=abc&limit=2", "/v1/responses?api_key=REDACTED&limit=2"),
        ("/v1/x?key=abc#end", "/v1/x?key=REDACTED#end"),
        ("/f?X-Amz-Credential=a&X-Amz-Signature=abc", "/f?X-Amz-Credential=a&X-Amz-Signature=REDACTED"),
        ("/v1/items?after=msg_1&limit=20&order=asc", "/v1/items?after=msg_1&limit=20&order=asc"),
    ],
)
def test_url_loses_its_secret_parameters(url, clean):
    assert redact(RecordedExchange(url_path=url)).exchange.url_path == clean


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ({"tools": [{"authorization": "opaque"}]}, {"tools": [{"authorization": "REDACTED"}]}),
        ({"headers": {"X-Api-Key": "opaque"}}, {"headers": {"X-Api-Key": "REDACTED"}}),
        ({"password": {"type": "string"}}, {"password": {"type": "string"}}),
        ({"authorization": "<redacted>", "password": ""}, {"authorization": "<redacted>", "password": ""}),
        ({"prompt_cache_key": "tenant-7", "key": "a"}, {"prompt_cache_key": "tenant-7", "key": "a"}),
        ({joined("sk-", WORD): 1}, {"sk-REDACTED": 1}),
        (joined("postgres://me:hunter2@db/x").encode(), b"postgres://REDACTED@db/x"),
        (joined("curl -H 'Authorization: Bearer ", HEX, "'"), "curl -H 'Authorization: Bearer REDACTED'"),
    ],
    ids=repr,
)
def test_body_loses_what_is_secret_by_name_or_shape(body, clean):
    assert redact(RecordedExchange(request_body=body)).exchange.request_body == clean


@pytest.mark.parametrize(
    "text",
    [
        "resp_0976c6df58902d6a0068c9ef349f8881968e62cd0dd40b45bf",
        "call_JkL1tD7aDRNihCxDJSWQ5nKH",
        "gAAAAABoydMRl1hq6DrJ7HAdoeYmmd-sk-7zPCJYV25qkrJdqLS_vI-1MKGSjLT5MrBPxg3mRjkIC2WCLKY==",
        "KP7/NFNt0Vb5Ie+1ETSvGzHavqRh8VeyJCOl36wLKocht29T7En2qxDdIbz37zqh+AKIAIOSFODNN7EXAMPLE",
        "task-force-of-the-21st-century-and-beyond",
        "sk-learn-like-estimators-and-transformers",
        "a bearer of bad news; Basic authentication; org-wide-announcements-of-2026",
        f"A PEM file starts with {FRAME}BEGIN PRIVATE KEY{FRAME} and so on.",
        "https://example.com/@user:name and mail@example.com",
        "sk-REDACTED, proj_REDACTED, Bearer REDACTED, https://REDACTED@host/",
    ],
)
def test_no_alarm_on_what_is_no_secret(text):
    assert redact(RecordedExchange(body={"value": [text]})).findings == []


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret[:8])
def test_redacting_twice_changes_nothing_more(secret):
    once = redact(RecordedExchange(body=f"a {secret} b"))

    assert redact(once.exchange).findings == []
    assert isinstance(once.exchange.body, str)
    assert "REDACTED" in once.exchange.body
    assert once.exchange.body.startswith("a ")
    assert once.exchange.body.endswith(" b")


def test_addresses_and_own_patterns_go_when_asked():
    body = {"text": "Ask ann@example.com about ACME-1234."}

    assert redact(RecordedExchange(body=body)).exchange.body == body
    assert redact(RecordedExchange(body=body), secret_patterns(["email", r"ACME-\d+"])).exchange.body == {
        "text": "Ask REDACTED about REDACTED."
    }


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("rest", [b"\xdc\x00" * 9, b"\x00\xd8" * 9, b"\xff" * 19, b"ab" * 9])
def test_base64_of_any_bytes_is_no_error(mark, rest):
    text = b64encode(mark + rest).decode()

    assert redact(RecordedExchange(body={"seen": text, "file": f"data:text/plain;base64,{text}"})).findings == []


@pytest.mark.parametrize("index", [{}, [0], None, "a", 1.5])
@pytest.mark.parametrize("named", [{"type": "response.output_text.delta"}, {"type": []}, {}])
def test_events_that_are_none_of_the_api_are_cleaned_too(index, named):
    deltas = [
        {**named, "delta": chunk, "output_index": index} for chunk in ("sk-proj-aB3dE5gH7jK9mN1p", "Q2rSaB3dE5gH7")
    ]
    clean = redact(RecordedExchange(events=deltas)).exchange
    assert "aB3dE5" not in json.dumps(clean.events)
