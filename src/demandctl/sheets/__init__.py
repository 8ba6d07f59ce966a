"""Spreadsheets: what is handed upward and what comes in. Sees rows, never a session."""
