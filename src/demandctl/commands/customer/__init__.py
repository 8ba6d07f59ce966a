"""Commands of one family."""
