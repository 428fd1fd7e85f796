"""One guild's session, and what of it survives a restart."""
