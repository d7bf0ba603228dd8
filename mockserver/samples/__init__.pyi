from mockserver.samples.values import value_for

__all__ = ["value_for"]
