"""What Chinese text says: places, phones, figures, products; pure functions."""
