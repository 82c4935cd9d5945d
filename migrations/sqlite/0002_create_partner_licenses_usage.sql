-- GET /v1/analytics/licenses/usage. The processing date leads the key: snapshots arrive in date order, so inserts append.
CREATE TABLE partner_licenses_usage (
    processed_date_time             TEXT NOT NULL,
    service_name                    TEXT NOT NULL,
    workload_name                   TEXT NOT NULL,
    channel                         TEXT NOT NULL,
    prorated_licenses_usage_percent REAL NOT NULL,
    extra                           TEXT,              -- JSON object of the fields that have no column
    first_poll_id                   INTEGER NOT NULL,  -- the poll that inserted the row
    changed_poll_id                 INTEGER NOT NULL,  -- the poll that set its present values
    PRIMARY KEY (processed_date_time, service_name, workload_name, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX partner_licenses_usage_by_series
    ON partner_licenses_usage (workload_name, service_name, channel, processed_date_time);

-- Values that a later poll replaced.
CREATE TABLE partner_licenses_usage_revision (
    processed_date_time             TEXT NOT NULL,
    service_name                    TEXT NOT NULL,
    workload_name                   TEXT NOT NULL,
    channel                         TEXT NOT NULL,
    prorated_licenses_usage_percent REAL NOT NULL,
    extra                           TEXT,
    poll_id                         INTEGER NOT NULL,  -- the poll that set these values
    replaced_poll_id                INTEGER NOT NULL,  -- the poll that replaced them
    replaced_at                     TEXT NOT NULL      -- start of that poll
) STRICT;

CREATE INDEX partner_licenses_usage_revision_by_row
    ON partner_licenses_usage_revision (processed_date_time, service_name, workload_name, channel);

-- Exactly one row for each row that changes: usaged counts on it.
CREATE TRIGGER partner_licenses_usage_keep_revision AFTER UPDATE ON partner_licenses_usage
BEGIN
    INSERT INTO partner_licenses_usage_revision
    VALUES (OLD.processed_date_time, OLD.service_name, OLD.workload_name, OLD.channel,
            OLD.prorated_licenses_usage_percent, OLD.extra, OLD.changed_poll_id, NEW.changed_poll_id,
            (SELECT started_at FROM poll WHERE id = NEW.changed_poll_id));
END;

-- The newest processing date of each series. Walks the index backwards from series to series, so it costs a few look-ups a
-- series however long the history is. The unary plus takes the affinity off; with it SQLite would bound the search by the
-- first column only.
CREATE VIEW latest_partner_licenses_usage AS
WITH RECURSIVE newest (workload_name, service_name, channel, processed_date_time) AS (
    SELECT * FROM (
        SELECT workload_name, service_name, channel, processed_date_time
        FROM partner_licenses_usage
        ORDER BY workload_name DESC, service_name DESC, channel DESC, processed_date_time DESC
        LIMIT 1)
    UNION ALL
    SELECT next.workload_name, next.service_name, next.channel, next.processed_date_time
    FROM newest CROSS JOIN partner_licenses_usage AS next
        ON (next.workload_name, next.service_name, next.channel, next.processed_date_time) = (
            SELECT workload_name, service_name, channel, processed_date_time
            FROM partner_licenses_usage
            WHERE (workload_name, service_name, channel)
                < (+newest.workload_name, +newest.service_name, +newest.channel)
            ORDER BY workload_name DESC, service_name DESC, channel DESC, processed_date_time DESC
            LIMIT 1)
)
SELECT row.*
FROM newest CROSS JOIN partner_licenses_usage AS row
    USING (processed_date_time, service_name, workload_name, channel);

-- Each row beside the one of its series' previous processing date; NULL for the first. A condition on the series or on the
-- date reaches the index.
CREATE VIEW partner_licenses_usage_change AS
SELECT
    row.processed_date_time,
    row.service_name,
    row.workload_name,
    row.channel,
    row.prorated_licenses_usage_percent,
    previous.processed_date_time AS previous_processed_date_time,
    previous.prorated_licenses_usage_percent AS previous_prorated_licenses_usage_percent,
    row.prorated_licenses_usage_percent - previous.prorated_licenses_usage_percent
        AS prorated_licenses_usage_percent_change
FROM partner_licenses_usage AS row LEFT JOIN partner_licenses_usage AS previous
    ON previous.workload_name = row.workload_name
    AND previous.service_name = row.service_name
    AND previous.channel = row.channel
    AND previous.processed_date_time = (
        SELECT max(earlier.processed_date_time)
        FROM partner_licenses_usage AS earlier
        WHERE earlier.workload_name = row.workload_name
            AND earlier.service_name = row.service_name
            AND earlier.channel = row.channel
            AND earlier.processed_date_time < row.processed_date_time);
