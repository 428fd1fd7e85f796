-- Start of an excerpt within its radio, in seconds; NULL if the track is no excerpt. A radio itself has infinitely
-- many seconds.
ALTER TABLE tracks ADD COLUMN excerpt REAL;
ALTER TABLE asked ADD COLUMN excerpt REAL;
