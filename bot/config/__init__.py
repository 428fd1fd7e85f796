"""Settings, from the file, the environment and the guild."""
