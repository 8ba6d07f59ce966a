"""Notices: which deadlines are due to be told on which channel, and the channels that carry them."""
