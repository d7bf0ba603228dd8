"""What people see of a server or a cassette in a browser: the page, its data, the report that has both in one file."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "details": ["detail"],
        "exports": ["EXPORTS", "Export", "exported"],
        "feed": ["Feed", "Found"],
        "forms": ["forms_of"],
        "recorded": ["recorded_detail"],
        "report": ["write_cassette_report", "write_report", "write_server_report"],
        "rows": ["fault_text"],
        "rules": ["rule_text", "rule_usage"],
        "cassettes": ["cassettes_of"],
        "static": ["static_file"],
        "why": ["nearest"],
    },
)
