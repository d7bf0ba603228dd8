"""Recorded exchanges as files: the format, folding streams for people to read, redaction, importers."""
