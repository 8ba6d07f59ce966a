"""``python -m demandctl``."""

from demandctl.cli import main

main()
