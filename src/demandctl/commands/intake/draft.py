"""A draft of a demand on the terminal."""

from demandctl.context import Context
from demandctl.paste.proposals import EnrichedDraft
from demandctl.terminal.drafting import draft_facts, draft_title
from demandctl.terminal.render import pairs, put_styled


def show(app: Context, proposal: EnrichedDraft, place: str = "", *, explain: bool = False) -> None:
    """A draft as the person checks it; with *explain* each field with the words it came from."""
    put_styled(draft_title(proposal, place), "bold")
    pairs(draft_facts(proposal, app.now, explain=explain))
