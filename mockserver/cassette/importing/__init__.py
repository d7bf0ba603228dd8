"""Recordings of other tools, read: what a file holds, where each format keeps its parts, what is left out."""
