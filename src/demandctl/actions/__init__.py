"""The writing use cases: each one takes an open transaction and returns what a command prints."""
