"""Checks and requests that commands share."""
