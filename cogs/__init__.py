"""What members type and click: thin, one file a family of commands."""
