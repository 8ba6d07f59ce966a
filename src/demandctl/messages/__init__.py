"""Text out: ready to be pasted."""
