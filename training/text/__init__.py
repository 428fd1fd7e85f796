"""Prompts and the tokenizer that reads them."""
