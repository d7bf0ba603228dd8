from mockserver.conformance.check import Report, check_document, check_profile
from mockserver.conformance.drift_report import DriftReport, drift_from, own_drift
from mockserver.conformance.propose import propose_profile
from mockserver.conformance.rewriting import rewrite

__all__ = [
    "DriftReport",
    "Report",
    "check_document",
    "check_profile",
    "drift_from",
    "own_drift",
    "propose_profile",
    "rewrite",
]
