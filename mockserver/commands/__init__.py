"""The commands of `mockserver`: each has a function that adds its options to a parser, and what runs it."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "cassettes": ["add_drift", "add_export", "add_rewrite"],
        "check": ["add_check", "add_profile"],
        "import_recordings": ["add_import"],
        "servers": ["add_record", "add_replay", "add_serve"],
        "show": ["add_schema", "add_show"],
        "tail": ["add_tail"],
    },
)
