-- How a piece was steered: a list of [prompt, step, blend] as JSON. And whether a sound file was heard for it,
-- which is not kept, so that the piece cannot be made again.
ALTER TABLE tracks ADD COLUMN turns TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tracks ADD COLUMN from_recording INTEGER NOT NULL DEFAULT 0;
