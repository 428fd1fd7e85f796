"""The process: command line, settings, client, one session per guild."""
