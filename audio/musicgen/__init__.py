"""The part of Busker that listens and writes: MusicGen, step by step."""
