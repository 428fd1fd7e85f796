"""The decoder's step in C (`source/`), compiled on the machine that runs it."""
