"""The catalogue: files of each kind by name, and what becomes of each."""
