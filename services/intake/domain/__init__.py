"""What the counter may do and how it reads what it is given: pure, no input or output."""
