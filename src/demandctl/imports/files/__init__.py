"""The bytes of a file: what it is, and its cells."""
