"""HTTPS, with a certificate of one's own and with one that is made for the run."""

import asyncio
import ssl
import sys
from pathlib import Path

import openai
import pytest
import trustme

from mockserver import MockServer, ServerError, Settings, SettingsError

MODEL = "gpt-4o"


def client_of(mock, authority):
    trusting = ssl.create_default_context(cafile=str(authority))
    transport = openai.DefaultHttpxClient(verify=trusting)
    return openai.OpenAI(base_url=mock.base_url, api_key=mock.api_key, max_retries=0, http_client=transport)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The files of an authority, and of a certificate that it has issued: apart, and in one."""
    folder = tmp_path_factory.mktemp("own")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    issued.private_key_pem.write_to_path(str(folder / "server.key"))
    issued.private_key_and_cert_chain_pem.write_to_path(str(folder / "both.pem"))
    return folder


def test_throw_away_certificate_serves_every_transport():
    with MockServer(Settings(tls=True)) as server:
        mock = server.workspace()
        mock.on().reply("One two three.")
        assert mock.base_url == server.base_url
        assert server.base_url.startswith("https://127.0.0.1:")
        with client_of(mock, server.ca_file) as client:
            made = client.responses.create(model=MODEL, input="hello")
            events = list(client.responses.create(model=MODEL, input="hello", stream=True))
        assert (made.output_text, events[-1].type) == ("One two three.", "response.completed")


async def test_websocket_is_served_as_well(monkeypatch):
    async with MockServer(Settings(tls=True)) as server:
        mock = server.workspace()
        mock.on().reply("Hi.")
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))
        client = openai.AsyncOpenAI(base_url=mock.base_url, api_key=mock.api_key)
        async with client, client.responses.connect() as connection:
            await connection.response.create(model=MODEL, input="hello")
            async with asyncio.timeout(60):
                types = [event.type async for event in until_done(connection)]

    assert types[-1] == "response.completed"


async def until_done(connection):
    async for event in connection:
        yield event
        if event.type == "response.completed":
            return


def test_fault_cuts_an_encrypted_connection():
    with MockServer(Settings(tls=True)) as server:
        mock = server.workspace()
        mock.on().reply("One two three.").fault(cut_after=2)
        with client_of(mock, server.ca_file) as client, pytest.raises(openai.APIConnectionError):
            client.responses.create(model=MODEL, input="hello")


@pytest.mark.parametrize("files", [("server.pem", "server.key"), ("both.pem", "")])
def test_certificate_of_ones_own(own, files):
    certfile, keyfile = (str(own / name) if name else "" for name in files)
    with MockServer(Settings(certfile=certfile, keyfile=keyfile)) as server:
        mock = server.workspace()
        mock.on().reply("Hi.")
        assert server.ca_file is None
        with client_of(mock, own / "authority.pem") as client:
            assert client.responses.create(model=MODEL, input="hello").output_text == "Hi."


def test_file_of_the_authority_is_there_while_the_server_runs():
    server = MockServer(Settings(tls=True))
    assert server.ca_file is None
    with server:
        authority = server.ca_file
        assert authority is not None
        assert authority.read_text().startswith("-----BEGIN CERTIFICATE-----")
        with pytest.raises(ServerError):
            MockServer(Settings(tls=True, port=int(server.origin.rpartition(":")[2]))).start()
    assert server.ca_file is None
    assert not authority.parent.exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"tls": True, "certfile": "x.pem"}, "tls makes a certificate, and certfile names one; expected only one"),
        ({"keyfile": "x.key"}, "keyfile is the key of a certificate; expected a certfile as well"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, said):
    with pytest.raises(SettingsError, match=said):
        Settings(**settings)


def test_file_that_is_no_certificate_is_named(own):
    missing = own / "missing.pem"
    with pytest.raises(
        SettingsError, match=rf"{missing}: expected a certificate and its key, in PEM format; .*No such"
    ):
        MockServer(Settings(certfile=str(missing))).start()
    with pytest.raises(SettingsError, match=r"server\.pem: expected a certificate and its key"):
        MockServer(Settings(certfile=str(own / "server.pem"))).start()


def test_package_that_makes_certificates_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "trustme", None)

    with pytest.raises(SettingsError, match=r"pip install 'responses-mockserver\[tls\]'. Or name one of your own"):
        MockServer(Settings(tls=True)).start()


def test_folder_of_temporary_files_is_left_clean(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with MockServer(Settings(tls=True)):
        assert [Path(found).name for found in tmp_path.glob("*/*")] == ["authority.pem"]

    assert list(tmp_path.iterdir()) == []
