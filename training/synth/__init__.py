"""Synthesis of the codes: oscillators, instruments, drums, rendering."""
