"""The bot on trial: each fault of `rehearsal/faults` is played against it, and judged by what was heard."""
