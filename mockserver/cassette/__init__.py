"""Recorded exchanges as files: the format, folding streams for people to read, redaction, importers.

What loading needs are named tuples: a dataclass takes ten times as long to make, and every replay starts by that.
"""
