"""Decodes on a CPU in C: one call per step, weights in 4 or 8 bits, a cache in 8 bits."""
