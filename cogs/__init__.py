"""Slash commands, buttons, forms and context menus: thin, one file per group of commands."""
