"""What was recorded, as a responder: which recording answers a request, and why none does."""
