"""What can go wrong, each kind with its exit code.

An error names the thing, the reason and the command that would be right, in one to three lines of Chinese.
"""


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


class NotFound(DemandctlError):
    """No such demand, customer, contact, revisit or file; or no ledger there yet."""

    exit_code = 3


class LedgerUnusable(DemandctlError):
    """The ledger file is locked, damaged, foreign, newer, not writable, or its disk is full."""

    exit_code = 4


class PartlyDone(DemandctlError):
    """A notification failed, or an import took only a part."""

    exit_code = 5
