"""What a shell and the program say to each other while Tab is pressed."""

COMPLETING = "_DEMANDCTL_COMPLETE"
"""What a shell sets in the environment while it asks what may follow."""
