"""Composed training songs: plans, notes and their codes."""
