"""Values for JSON Schemas, made up of what follows from a seed."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {"values": ["value_for"]})
