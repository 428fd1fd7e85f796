"""Prompts for plans, and the tokenizer."""
