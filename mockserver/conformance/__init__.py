"""What is compared: profiles with their documents, recordings with OpenAI and with what comes today."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "check": ["Report", "check_document", "check_profile"],
        "drift_report": ["DriftReport", "drift_from", "own_drift"],
        "propose": ["propose_profile"],
        "rewriting": ["rewrite"],
    },
)
