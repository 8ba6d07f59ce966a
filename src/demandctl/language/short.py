"""A long text in short, for summaries and hints. Pure."""


def short(text: str, length: int = 30) -> str:
    """At most *length* characters of the text on one line, the last one an ellipsis where something was cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
