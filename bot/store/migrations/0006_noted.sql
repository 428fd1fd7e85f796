-- When it was last known of a piece that it was not over, in seconds since the epoch. A ticket began as about that.
ALTER TABLE asked ADD COLUMN noted_at REAL NOT NULL DEFAULT 0.0;
UPDATE asked SET noted_at = ticket / 1000.0;
