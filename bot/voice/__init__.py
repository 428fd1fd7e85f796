"""The voice of one guild: connection, packets, pacing, and their supervision."""
