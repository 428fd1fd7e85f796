"""Finished tracks, and sound files of members."""
