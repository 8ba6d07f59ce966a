"""The ledger of one demand specialist: who owes what to whom, by when."""

__version__ = "0.1.0"
