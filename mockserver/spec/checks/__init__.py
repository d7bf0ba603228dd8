"""What a request must pass before anybody answers it: JSON that can be read, its schema, what its model takes."""
