-- What the rows of an archived page do not say themselves, because the request did.
ALTER TABLE poll_page ADD COLUMN customer_id TEXT;          -- whose rows they are
ALTER TABLE poll_page ADD COLUMN processed_date_time TEXT;  -- the date that was asked for, where rows name none
ALTER TABLE poll_page ADD COLUMN groupby TEXT;              -- the fields that rows were grouped by

-- Fields of rows that usaged has no column for, when they first came. Their values are in the column extra.
CREATE TABLE schema_event (
    id      INTEGER PRIMARY KEY,
    poll_id INTEGER NOT NULL REFERENCES poll (id),
    dataset TEXT NOT NULL,
    event   TEXT NOT NULL CHECK (event IN ('new_field')),
    field   TEXT NOT NULL,
    at      TEXT NOT NULL,
    UNIQUE (dataset, event, field)
) STRICT;

-- Customers whose rows are not in a snapshot, because Partner Center refuses them for good.
CREATE TABLE skipped_customer (
    poll_id       INTEGER NOT NULL REFERENCES poll (id),
    customer_id   TEXT NOT NULL,
    customer_name TEXT,            -- as the customer list has it
    reason        TEXT NOT NULL,   -- with the MS-RequestId
    PRIMARY KEY (poll_id, customer_id)
) STRICT, WITHOUT ROWID;
