"""What an empty mock server answers: tools that fit, arguments that validate, texts that quote the request."""
