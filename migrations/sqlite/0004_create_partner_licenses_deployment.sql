-- GET /v1/analytics/licenses/deployment. Kept as partner_licenses_usage is: see there.
CREATE TABLE partner_licenses_deployment (
    processed_date_time         TEXT NOT NULL,
    service_name                TEXT NOT NULL,
    channel                     TEXT NOT NULL,
    prorated_deployment_percent REAL NOT NULL,
    licenses_sold               INTEGER NOT NULL,
    extra                       TEXT,              -- JSON object of the fields that have no column
    first_poll_id               INTEGER NOT NULL,  -- the poll that inserted the row
    changed_poll_id             INTEGER NOT NULL,  -- the poll that set its present values
    PRIMARY KEY (processed_date_time, service_name, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX partner_licenses_deployment_by_series
    ON partner_licenses_deployment (service_name, channel, processed_date_time);

-- Values that a later poll replaced.
CREATE TABLE partner_licenses_deployment_revision (
    processed_date_time         TEXT NOT NULL,
    service_name                TEXT NOT NULL,
    channel                     TEXT NOT NULL,
    prorated_deployment_percent REAL NOT NULL,
    licenses_sold               INTEGER NOT NULL,
    extra                       TEXT,
    poll_id                     INTEGER NOT NULL,  -- the poll that set these values
    replaced_poll_id            INTEGER NOT NULL,  -- the poll that replaced them
    replaced_at                 TEXT NOT NULL      -- start of that poll
) STRICT;

CREATE INDEX partner_licenses_deployment_revision_by_row
    ON partner_licenses_deployment_revision (processed_date_time, service_name, channel);

-- Exactly one row for each row that changes: usaged counts on it.
CREATE TRIGGER partner_licenses_deployment_keep_revision AFTER UPDATE ON partner_licenses_deployment
BEGIN
    INSERT INTO partner_licenses_deployment_revision
    VALUES (OLD.processed_date_time, OLD.service_name, OLD.channel, OLD.prorated_deployment_percent, OLD.licenses_sold,
            OLD.extra, OLD.changed_poll_id, NEW.changed_poll_id,
            (SELECT started_at FROM poll WHERE id = NEW.changed_poll_id));
END;

-- The newest processing date of each series.
CREATE VIEW latest_partner_licenses_deployment AS
WITH RECURSIVE newest (service_name, channel, processed_date_time) AS (
    SELECT * FROM (
        SELECT service_name, channel, processed_date_time
        FROM partner_licenses_deployment
        ORDER BY service_name DESC, channel DESC, processed_date_time DESC
        LIMIT 1)
    UNION ALL
    SELECT next.service_name, next.channel, next.processed_date_time
    FROM newest CROSS JOIN partner_licenses_deployment AS next
        ON (next.service_name, next.channel, next.processed_date_time) = (
            SELECT service_name, channel, processed_date_time
            FROM partner_licenses_deployment
            WHERE (service_name, channel) < (+newest.service_name, +newest.channel)
            ORDER BY service_name DESC, channel DESC, processed_date_time DESC
            LIMIT 1)
)
SELECT row.*
FROM newest CROSS JOIN partner_licenses_deployment AS row USING (processed_date_time, service_name, channel);

-- Each row beside the one of its series' previous processing date; NULL for the first.
CREATE VIEW partner_licenses_deployment_change AS
SELECT
    row.processed_date_time,
    row.service_name,
    row.channel,
    row.prorated_deployment_percent,
    row.licenses_sold,
    previous.processed_date_time AS previous_processed_date_time,
    previous.prorated_deployment_percent AS previous_prorated_deployment_percent,
    previous.licenses_sold AS previous_licenses_sold,
    row.prorated_deployment_percent - previous.prorated_deployment_percent AS prorated_deployment_percent_change,
    row.licenses_sold - previous.licenses_sold AS licenses_sold_change
FROM partner_licenses_deployment AS row LEFT JOIN partner_licenses_deployment AS previous
    ON previous.service_name = row.service_name
    AND previous.channel = row.channel
    AND previous.processed_date_time = (
        SELECT max(earlier.processed_date_time)
        FROM partner_licenses_deployment AS earlier
        WHERE earlier.service_name = row.service_name
            AND earlier.channel = row.channel
            AND earlier.processed_date_time < row.processed_date_time);
