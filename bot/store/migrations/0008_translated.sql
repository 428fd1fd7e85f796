-- What a member typed, where `prompt` is a translation of it; NULL where they are the same. Rows of `turns` have it as a
-- fourth element. `words` holds both. `translate` is the choice to turn prompts in other languages into English.
ALTER TABLE tracks ADD COLUMN translated_from TEXT;
ALTER TABLE asked ADD COLUMN translated_from TEXT;
ALTER TABLE guild_choices ADD COLUMN translate INTEGER;
