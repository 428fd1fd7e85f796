"""Trials: each fault of `rehearsal/faults` is played against the bot, and its recording is checked."""
