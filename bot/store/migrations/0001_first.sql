-- Choices of the managers of a guild; NULL means the setting of config.toml. Ids are Discord's.
CREATE TABLE guild_choices (
    guild_id           INTEGER PRIMARY KEY,
    seconds            REAL,
    interval           REAL,
    volume             REAL,
    rights             TEXT CHECK (rights IN ('free', 'vote', 'dj')),
    dj_role_id         INTEGER,
    posting_channel_id INTEGER,
    format             TEXT,
    most_waiting       INTEGER,
    seconds_a_day      REAL,
    announce           INTEGER
) STRICT;

-- Finished tracks: the requester, the channel, everything that reproduces a track, and its file. `words` is the
-- prompt in the form that is searched. `file` is a name in the folder of tracks, NULL once it is deleted.
CREATE TABLE tracks (
    id          INTEGER PRIMARY KEY,
    guild_id    INTEGER NOT NULL,
    member_id   INTEGER NOT NULL,
    prompt      TEXT NOT NULL,
    words       TEXT NOT NULL,
    seconds     REAL NOT NULL,
    seed        INTEGER NOT NULL,
    guidance    REAL,
    top_k       INTEGER NOT NULL,
    temperature REAL NOT NULL,
    checkpoint  TEXT NOT NULL,
    revision    TEXT NOT NULL,
    channel_id  INTEGER NOT NULL,
    message_id  INTEGER,
    file        TEXT,
    made_at     REAL NOT NULL
) STRICT;

CREATE INDEX tracks_of_guild ON tracks (guild_id, id);
CREATE INDEX tracks_of_member ON tracks (member_id);

-- Seconds of music that a person requested in a guild on a day (UTC, as 2026-01-31).
CREATE TABLE usage (
    guild_id  INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    day       TEXT NOT NULL,
    seconds   REAL NOT NULL,
    PRIMARY KEY (member_id, guild_id, day)
) STRICT, WITHOUT ROWID;
