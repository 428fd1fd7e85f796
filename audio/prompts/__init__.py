"""Prompts: what the model hears of one, and prompts in other languages as English."""
