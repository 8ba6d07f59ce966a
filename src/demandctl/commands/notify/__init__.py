"""``notify`` and ``due --notify``: reminders that go out, and what runs them."""
