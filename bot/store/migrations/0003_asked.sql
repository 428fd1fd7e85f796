-- The journal: unfinished pieces, which continue after a restart. `ticket` is the id of the request, `place` the index
-- in the queue, NULL once the piece has left it. `kept` is the file that is played instead of composing. `continues`
-- and `melody` are [path, SHA-256] as JSON. `track_id` is set once the track is written.
CREATE TABLE asked (
    ticket           INTEGER PRIMARY KEY,
    guild_id         INTEGER NOT NULL,
    member_id        INTEGER NOT NULL,
    voice_channel_id INTEGER NOT NULL,
    text_channel_id  INTEGER NOT NULL,
    prompt           TEXT NOT NULL,
    seconds          REAL NOT NULL,
    seed             INTEGER NOT NULL,
    guidance         REAL,
    top_k            INTEGER NOT NULL,
    temperature      REAL NOT NULL,
    interval         REAL,
    turns            TEXT NOT NULL,
    continues        TEXT,
    melody           TEXT,
    kept             TEXT,
    place            INTEGER,
    begun            INTEGER NOT NULL,
    frames_played    INTEGER NOT NULL,
    restarts         INTEGER NOT NULL,
    track_id         INTEGER
) STRICT;
