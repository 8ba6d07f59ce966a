"""The desk: the whole day on one screen. Textual is known only here."""
