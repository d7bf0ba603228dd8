"""Reading what people write: values with their lines, the types they must have, paths, and every problem at once."""
