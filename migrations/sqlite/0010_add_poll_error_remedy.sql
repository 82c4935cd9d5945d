-- What to do about the error, in words.
ALTER TABLE poll ADD COLUMN error_remedy TEXT;
