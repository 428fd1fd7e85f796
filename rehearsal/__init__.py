"""A Discord on loopback: REST, gateway, voice with end-to-end encryption, and scripted members."""
