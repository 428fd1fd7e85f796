"""Acceptance tests: the whole bot against the Discord of `rehearsal/`. The bot does not import them."""
