"""Loads a MusicGen checkpoint from a folder or the hub."""
