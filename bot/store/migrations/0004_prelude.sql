-- How many seconds of `continues` a piece begins with: 0 where only what follows is its sound.
ALTER TABLE asked ADD COLUMN prelude REAL NOT NULL DEFAULT 0.0;
