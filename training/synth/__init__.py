"""The sound of the codes: oscillators, instruments, drums, rendering."""
