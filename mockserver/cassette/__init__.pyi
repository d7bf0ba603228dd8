from mockserver.cassette.check import check as check_cassette
from mockserver.cassette.exporters import export_exchanges
from mockserver.cassette.format import Header
from mockserver.cassette.importers import import_file
from mockserver.cassette.load import load as load_cassette
from mockserver.cassette.schema import cassette_schema
from mockserver.cassette.secrets import secret_patterns
from mockserver.cassette.show import show as show_cassette
from mockserver.cassette.unused import read_used, unused_recordings
from mockserver.cassette.writer import CassetteWriter

__all__ = [
    "CassetteWriter",
    "Header",
    "cassette_schema",
    "check_cassette",
    "export_exchanges",
    "import_file",
    "load_cassette",
    "read_used",
    "secret_patterns",
    "show_cassette",
    "unused_recordings",
]
