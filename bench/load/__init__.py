"""How many channels one bot process can play: the bot here, those who listen in another process."""
