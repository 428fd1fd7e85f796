-- `words` is searched without accents and variants of width now (`fold` is a function of ours). The index finds the
-- channels of a guild's tracks.
UPDATE tracks SET words = fold(words);
CREATE INDEX tracks_of_channel ON tracks (guild_id, channel_id, parent_id);
