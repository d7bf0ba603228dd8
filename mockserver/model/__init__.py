"""What is answered, as data: plans, requests, finished items and responses."""
