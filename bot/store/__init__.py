"""What outlives a restart: choices of guilds, tracks made, and how much was asked for a day."""
