-- Seconds of `continues` at the beginning of the piece; 0 if the piece is only what follows.
ALTER TABLE asked ADD COLUMN prelude REAL NOT NULL DEFAULT 0.0;
