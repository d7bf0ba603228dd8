from mockserver.cassette.check import CassetteProblem
from mockserver.cassette.check import check as check_cassette
from mockserver.cassette.exporters import export_exchanges
from mockserver.cassette.format import CASSETTE_START, Header
from mockserver.cassette.importing.format import LeftOut
from mockserver.cassette.importing.importer import Recordings, UnknownFormatError, import_file, recordings_in
from mockserver.cassette.importing.rules import rules_text
from mockserver.cassette.importing.selection import Selection
from mockserver.cassette.importing.source import RecordingFile
from mockserver.cassette.load import cassette_files
from mockserver.cassette.load import load as load_cassette
from mockserver.cassette.schema import cassette_schema
from mockserver.cassette.secrets import secret_patterns
from mockserver.cassette.show import show as show_cassette
from mockserver.cassette.unused import read_used, unused_recordings
from mockserver.cassette.writer import CassetteWriter

__all__ = [
    "CASSETTE_START",
    "CassetteProblem",
    "CassetteWriter",
    "Header",
    "LeftOut",
    "RecordingFile",
    "Recordings",
    "Selection",
    "UnknownFormatError",
    "cassette_files",
    "cassette_schema",
    "check_cassette",
    "export_exchanges",
    "import_file",
    "load_cassette",
    "read_used",
    "recordings_in",
    "rules_text",
    "secret_patterns",
    "show_cassette",
    "unused_recordings",
]
