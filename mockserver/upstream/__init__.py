"""A live upstream, as a responder: its answers are passed on and recorded."""
