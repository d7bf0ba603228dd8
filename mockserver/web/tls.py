"""HTTPS: with a certificate that the settings name, or with one that is made for a single run."""

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mockserver.errors import SettingsError
from mockserver.settings import Settings

NAMES: Final = ("localhost", "127.0.0.1", "::1")
"""Whose name the throw-away certificate has, besides the server's own host."""


class Certificate:
    """What a server shows to its clients."""

    def __init__(self, settings: Settings) -> None:
        """Read the certificate, or make it. Raises: SettingsError for files, or a package, that cannot be used."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority: Path | None = None
        """The file of the authority that clients have to trust; None where the certificate is not made here."""
        self._folder: TemporaryDirectory[str] | None = None
        if settings.tls:
            self._make(settings.host)
        else:
            self._read(settings)

    def _read(self, settings: Settings) -> None:
        try:
            self.context.load_cert_chain(settings.certfile, settings.keyfile or None)
        except OSError as error:  # of which ssl.SSLError is one
            files = " and ".join(name for name in (settings.certfile, settings.keyfile) if name)
            raise SettingsError(f"{files}: expected a certificate and its key, in PEM format; {error}.") from error

    def _make(self, host: str) -> None:
        try:
            import trustme  # noqa: PLC0415 - optional
        except ImportError:
            raise SettingsError(
                "tls needs the package trustme, which makes the certificate: "
                "pip install 'responses-mockserver[tls]'. Or name one of your own: certfile, keyfile."
            ) from None
        authority = trustme.CA(organization_name="responses-mockserver")
        authority.issue_cert(*dict.fromkeys((host, *NAMES))).configure_cert(self.context)
        self._folder = TemporaryDirectory(prefix="mockserver-")
        self.authority = Path(self._folder.name) / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))

    def close(self) -> None:
        """Remove the file of the authority."""
        if self._folder is not None:
            self._folder.cleanup()


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate of a server; None for plain HTTP. Raises: SettingsError."""
    return Certificate(settings) if settings.tls or settings.certfile else None
