"""Signal processing at 48 kHz: resampling, loudness, limiting, fades."""
