"""MusicGen inference: scheduling, language model, codec and checkpoints."""
