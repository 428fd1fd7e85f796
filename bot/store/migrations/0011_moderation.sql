-- What managers added to the moderation of their server; NULL means nothing. `blocked_words` is a list of words as
-- JSON, `blocked_ids` a list of ids of members and roles. `role_quotas` is a list of [role id, pieces that may wait,
-- seconds a day]; null in it means the limit for everybody.
ALTER TABLE guild_choices ADD COLUMN blocked_words TEXT;
ALTER TABLE guild_choices ADD COLUMN blocked_ids TEXT;
ALTER TABLE guild_choices ADD COLUMN role_quotas TEXT;
