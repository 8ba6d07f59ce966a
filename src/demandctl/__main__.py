"""The entry point: ``demandctl`` and ``python -m demandctl``."""

import gc
import signal
import sys

# Ctrl-C while the program still loads ends it without a word: there is nothing to take back yet.
_before = signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """Load the program and run it."""
    # A command lives for half a second: looking for cycles while modules load, and again at its end, is a fifth of it.
    gc.set_threshold(300_000)
    from demandctl import cli

    signal.signal(signal.SIGINT, _before)
    try:
        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # What is left is the interpreter's own tidying up: one more Ctrl-C would only print where it fell.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    main()
