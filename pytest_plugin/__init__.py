"""The pytest plugin of mockserver."""
