"""The process that composes, and the engine that supervises it."""
