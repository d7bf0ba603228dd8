"""What a request must pass before a responder answers it: JSON that can be read, its schema, what its model takes."""
