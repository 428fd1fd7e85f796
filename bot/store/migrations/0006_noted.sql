-- When a piece was last known to be unfinished, in seconds since the epoch. Request ids start at the milliseconds
-- since the epoch.
ALTER TABLE asked ADD COLUMN noted_at REAL NOT NULL DEFAULT 0.0;
UPDATE asked SET noted_at = ticket / 1000.0;
