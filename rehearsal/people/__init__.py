"""Members of a guild, moved by a script: they type, click, sit in voice channels and read answers."""
