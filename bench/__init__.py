"""How fast the engine is, beside what the library offers, in one run on this machine."""
