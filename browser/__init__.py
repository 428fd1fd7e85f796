"""The bot in a browser: a page that is a channel of the Discord on loopback, and the server of that page."""
