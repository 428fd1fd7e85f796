-- Where in a radio the sound of a track was heard, in seconds; NULL where it is a piece of its own. A radio itself has
-- infinitely many seconds.
ALTER TABLE tracks ADD COLUMN excerpt REAL;
ALTER TABLE asked ADD COLUMN excerpt REAL;
