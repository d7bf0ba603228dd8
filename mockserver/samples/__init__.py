"""Values for JSON Schemas, made up of what follows from a seed."""
