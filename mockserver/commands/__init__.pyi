from mockserver.commands.cassettes import add_drift, add_export, add_rewrite
from mockserver.commands.check import add_check, add_profile
from mockserver.commands.import_recordings import add_import
from mockserver.commands.servers import add_record, add_replay, add_serve
from mockserver.commands.show import add_schema, add_show
from mockserver.commands.tail import add_tail

__all__ = [
    "add_check",
    "add_drift",
    "add_export",
    "add_import",
    "add_profile",
    "add_record",
    "add_replay",
    "add_rewrite",
    "add_schema",
    "add_serve",
    "add_show",
    "add_tail",
]
