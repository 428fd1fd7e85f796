"""Scripted members of a guild: they type, click, join voice channels and read answers."""
