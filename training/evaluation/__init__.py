"""Measures how well the exported model follows its prompts."""
