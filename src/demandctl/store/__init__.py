"""The file and what is in it."""
