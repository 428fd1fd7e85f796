"""Load test: how many channels one bot process plays, with the listeners in another process."""
