-- `turns` are the prompt changes of a piece, a list of [prompt, step, blend] as JSON. `from_recording` is 1 if the
-- piece was composed on a sound file, which is deleted afterwards: then the piece cannot be composed again.
ALTER TABLE tracks ADD COLUMN turns TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tracks ADD COLUMN from_recording INTEGER NOT NULL DEFAULT 0;
