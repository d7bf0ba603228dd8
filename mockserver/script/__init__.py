"""What a test said: rules in order, what they ask of a request and what they answer, in Python and in YAML."""
