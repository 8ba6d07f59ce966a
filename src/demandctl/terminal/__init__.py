"""The terminal: Typer's one adapter, asking, completing, showing."""
