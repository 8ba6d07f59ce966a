"""The ledger of one demand specialist: who owes what to whom, by when."""

from pathlib import Path

__version__ = "0.1.0"

APPLICATION_ID = 0x444D434C
"""Stands in every ledger (DMCL), so that another program's database is recognised and left alone."""

DATA = Path(__file__).with_name("data")
"""What ships with the package: rules, scripts, keywords, divisions."""
