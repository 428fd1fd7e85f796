"""Finished tracks and files that members bring."""
