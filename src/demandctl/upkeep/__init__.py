"""What keeps a ledger in order: doctor, privacy, the demo."""
