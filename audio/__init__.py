"""Sound, from text to 20 ms frames."""
