"""A long text in short, for summaries, hints and notices: masked first and cut afterwards. Pure.

The other way round a number that is cut by the ellipsis would keep most of its figures, and no grammar finds it again.
"""

from demandctl.language.display import cut
from demandctl.language.phones import masked_text


def short(text: str, cells: int = 60, *, unmask: bool = False) -> str:
    """At most *cells* cells of the text on one line, its phones masked, an ellipsis where something was cut."""
    line = " ".join(text.split())
    return cut(line if unmask else masked_text(line), cells)
