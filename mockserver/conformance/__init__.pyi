from mockserver.conformance.check import Report, check_document, check_profile
from mockserver.conformance.propose import propose_profile

__all__ = ["Report", "check_document", "check_profile", "propose_profile"]
