-- What to do about the error, in words, and which request it came of: MS-RequestId or the trace id of Entra ID, and the
-- correlation id.
ALTER TABLE poll ADD COLUMN error_remedy TEXT;
ALTER TABLE poll ADD COLUMN error_request_id TEXT;
ALTER TABLE poll ADD COLUMN error_correlation_id TEXT;
