"""What can go wrong, each kind with its exit code.

An error names the thing, the reason and the command that would be right, in one to three lines of Chinese.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class DemandctlError(Exception):
    """Base of every expected failure; ``str(error)`` is what the person reads, ``hint`` the next step."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Refused(DemandctlError):
    """A rule of the domain forbids it, or a file cannot be taken."""

    exit_code = 1


class SameDemand(Refused):
    """The customer has the same kind open already: *number* is that demand's. A terminal offers to follow it up."""

    def __init__(self, message: str, hint: str, number: int) -> None:
        super().__init__(message, hint)
        self.number = number


class UsageError(DemandctlError):
    """The command was called wrongly: a missing option, an unknown value, a time that cannot be understood."""

    exit_code = 2


class Several(UsageError):
    """A name fits several; *choices* are what could be typed instead, each with its label. A terminal offers them."""

    def __init__(self, message: str, hint: str, text: str, choices: list[tuple[str, str]]) -> None:
        super().__init__(message, hint)
        self.text, self.choices = text, choices


class Offer(NamedTuple):
    """What a parameter is at present, as it would be typed, and what it could be where its help does not say."""

    present: str = ""
    choices: Callable[[Mapping[str, object]], Iterable[tuple[str, str]]] | None = None
    """Values with their labels, told what else was answered so far."""


class Lacking(UsageError):
    """Nothing was typed to do: *offers* reads which parameters could say it. A terminal asks for them."""

    def __init__(self, message: str, hint: str, offers: Callable[[], Mapping[str, Offer]]) -> None:
        super().__init__(message, hint)
        self.offers = offers


class NotFound(DemandctlError):
    """No such demand, customer, contact, revisit or file; or no ledger there yet."""

    exit_code = 3


class LedgerUnusable(DemandctlError):
    """The ledger file is locked, damaged, foreign, newer, not writable, or its disk is full."""

    exit_code = 4


class PartlyDone(DemandctlError):
    """A notification failed, or an import took only a part."""

    exit_code = 5


class Cancelled(Exception):
    """A person changed his mind, which is no error: nothing more is done."""


class Ended(Exception):
    """All is said; the program ends with an exit code."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code
