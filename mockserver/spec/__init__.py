"""The API as data: its contract, what the wire shows besides, and checks against both."""
