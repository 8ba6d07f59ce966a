"""What runs the program again and again: one file for each system's own way."""
