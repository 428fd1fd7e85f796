-- Servers that Busker left, and since when, in seconds since the epoch; what belongs to them is deleted after a while.
CREATE TABLE guilds_left (
    guild_id INTEGER PRIMARY KEY,
    left_at  REAL NOT NULL
) STRICT;

-- Cards, and whose pieces they show now: one row per card and member. `track_id` is the track of the piece, if any.
CREATE TABLE cards (
    message_id INTEGER NOT NULL,
    member_id  INTEGER NOT NULL,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    track_id   INTEGER,
    PRIMARY KEY (message_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX cards_of_member ON cards (member_id);

-- Messages of Busker's that are to be deleted at Discord.
CREATE TABLE erasures (
    message_id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    guild_id   INTEGER NOT NULL
) STRICT;
