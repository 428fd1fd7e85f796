-- Pieces that were asked for and are not over: what a Busker that comes after this one goes on with. `ticket` is the
-- piece's own number, `place` the one in the queue, and NULL once it has left it. `continues` and `melody` are
-- [path, SHA-256] as JSON. `track_id` is set once its track is written.
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
