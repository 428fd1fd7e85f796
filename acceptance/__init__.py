"""Judges the whole bot against the Discord of `rehearsal/`; the bot knows nothing of it."""
