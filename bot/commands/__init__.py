"""What every command does before and around its own work."""
