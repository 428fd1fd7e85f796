"""The user interface: the card, presets and translated commands."""
