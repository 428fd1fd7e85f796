-- Parent channel of the public thread in which a track was posted: discord.py does not know archived threads.
ALTER TABLE tracks ADD COLUMN parent_id INTEGER;
