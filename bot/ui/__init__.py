"""What people see: the card, presets, translated commands."""
