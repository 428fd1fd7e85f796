-- The channel of the public thread in which a track was posted: Discord tells nothing of threads that are archived.
ALTER TABLE tracks ADD COLUMN parent_id INTEGER;
