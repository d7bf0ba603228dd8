"""A mock server and record/replay test double for OpenAI's Responses API and Conversations API."""

__version__ = "0.1.0"
