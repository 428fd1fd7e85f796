"""The worker process that composes, the engine that supervises it, and a fake engine."""
