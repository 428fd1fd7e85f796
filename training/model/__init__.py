"""Codec and language model: architecture, batches, training, export."""
