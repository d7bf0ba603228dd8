from mockserver.page.cassettes import cassettes_of
from mockserver.page.details import detail
from mockserver.page.exports import EXPORTS, Export, exported
from mockserver.page.feed import Feed, Found
from mockserver.page.forms import forms_of
from mockserver.page.recorded import recorded_detail
from mockserver.page.report import write_cassette_report, write_report, write_server_report
from mockserver.page.rows import fault_text
from mockserver.page.rules import rule_text, rule_usage
from mockserver.page.static import static_file
from mockserver.page.why import nearest

__all__ = [
    "EXPORTS",
    "Export",
    "Feed",
    "Found",
    "cassettes_of",
    "detail",
    "exported",
    "fault_text",
    "forms_of",
    "nearest",
    "recorded_detail",
    "rule_text",
    "rule_usage",
    "static_file",
    "write_cassette_report",
    "write_report",
    "write_server_report",
]
