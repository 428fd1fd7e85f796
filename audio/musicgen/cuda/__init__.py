"""Decodes on an NVIDIA GPU: one batch, captured as a graph."""
