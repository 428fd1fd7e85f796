"""The session of a guild, and its journal, which survives a restart."""
