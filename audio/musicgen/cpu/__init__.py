"""Decodes on a CPU (and on `mps`), one step of the ready slots at a time."""
