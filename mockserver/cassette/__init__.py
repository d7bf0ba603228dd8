"""Recorded exchanges as files: the format, folding streams for people to read, redaction, importers.

What loading needs are named tuples: a dataclass takes ten times as long to make, and every replay starts by that.
"""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "check": ["CassetteProblem", "check as check_cassette"],
        "exporters": ["export_exchanges"],
        "format": ["CASSETTE_START", "Header"],
        "importing.format": ["LeftOut"],
        "importing.importer": ["Recordings", "UnknownFormatError", "import_file", "recordings_in"],
        "importing.rules": ["rules_text"],
        "importing.selection": ["Selection"],
        "importing.source": ["RecordingFile"],
        "load": ["cassette_files", "load as load_cassette"],
        "schema": ["cassette_schema"],
        "secrets": ["secret_patterns"],
        "show": ["show as show_cassette"],
        "unused": ["read_used", "unused_recordings"],
        "writer": ["CassetteWriter"],
    },
)
