"""Everything that survives a restart: choices of guilds, tracks, the journal and daily usage."""
