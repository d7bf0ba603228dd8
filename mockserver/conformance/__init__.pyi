from mockserver.conformance.check import Report, check_document, check_profile

__all__ = ["Report", "check_document", "check_profile"]
