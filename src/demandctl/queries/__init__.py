"""The reading side: plain SQL to frozen rows and JSON-ready dicts. Never writes, never imports the ORM."""
