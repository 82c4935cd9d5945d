-- GET /partner/v1/analytics/commercial/usage/license
--
-- Kept as customer_licenses_usage is: see there.

CREATE TABLE licenses_usage_service (
    id           INTEGER PRIMARY KEY,
    same_as      INTEGER NOT NULL,
    service_code TEXT NOT NULL,
    channel      TEXT NOT NULL,
    service_name TEXT NOT NULL,
    UNIQUE (service_code, channel, service_name)
) STRICT;

CREATE INDEX licenses_usage_service_by_name ON licenses_usage_service (service_name);
CREATE INDEX licenses_usage_service_by_same_as ON licenses_usage_service (same_as);

-- The dates that there are rows of: each service is processed by itself.
CREATE TABLE licenses_usage_day (
    id                  INTEGER PRIMARY KEY,
    processed_date_time TEXT NOT NULL,
    service             INTEGER NOT NULL REFERENCES licenses_usage_service (id),
    same_service        INTEGER NOT NULL,  -- same_as of the service
    first_poll_id       INTEGER NOT NULL,  -- the poll that brought the first of the rows
    UNIQUE (processed_date_time, service)
) STRICT;

CREATE INDEX licenses_usage_day_by_service ON licenses_usage_day (same_service, processed_date_time);

CREATE TABLE licenses_usage_customer (
    id                 INTEGER PRIMARY KEY,
    same_as            INTEGER NOT NULL,
    customer_tenant_id TEXT NOT NULL,
    customer_name      TEXT NOT NULL,
    UNIQUE (customer_tenant_id, customer_name)
) STRICT;

CREATE INDEX licenses_usage_customer_by_name ON licenses_usage_customer (customer_name);
CREATE INDEX licenses_usage_customer_by_same_as ON licenses_usage_customer (same_as);

CREATE TABLE licenses_usage_product (
    id           INTEGER PRIMARY KEY,
    same_as      INTEGER NOT NULL,
    product_id   TEXT NOT NULL,
    product_name TEXT NOT NULL,
    UNIQUE (product_id, product_name)
) STRICT;

CREATE INDEX licenses_usage_product_by_name ON licenses_usage_product (product_name);
CREATE INDEX licenses_usage_product_by_same_as ON licenses_usage_product (same_as);

CREATE TABLE licenses_usage_workload (
    id            INTEGER PRIMARY KEY,
    same_as       INTEGER NOT NULL,
    workload_code TEXT NOT NULL,
    workload_name TEXT NOT NULL,
    UNIQUE (workload_code, workload_name)
) STRICT;

CREATE INDEX licenses_usage_workload_by_name ON licenses_usage_workload (workload_name);
CREATE INDEX licenses_usage_workload_by_same_as ON licenses_usage_workload (same_as);

-- The day leads the key: snapshots arrive in date order, so inserts append. No two rows have the same key of the API,
-- also where their numbers differ because a name changed.
CREATE TABLE licenses_usage_row (
    day                INTEGER NOT NULL REFERENCES licenses_usage_day (id),
    customer           INTEGER NOT NULL REFERENCES licenses_usage_customer (id),
    product            INTEGER NOT NULL REFERENCES licenses_usage_product (id),
    workload           INTEGER NOT NULL REFERENCES licenses_usage_workload (id),
    licenses_active    INTEGER NOT NULL,
    licenses_qualified INTEGER NOT NULL,
    extra              TEXT,     -- JSON object of the fields that have no column
    first_poll_id      INTEGER,  -- the poll that inserted the row; NULL: that of the day
    changed_poll_id    INTEGER,  -- the poll that set its present values; NULL: the one that inserted it
    PRIMARY KEY (day, customer, product, workload)
) STRICT, WITHOUT ROWID;

-- The series without a row on the newest date of their service.
CREATE TABLE licenses_usage_ended (
    customer   INTEGER NOT NULL,
    product    INTEGER NOT NULL,
    workload   INTEGER NOT NULL,
    service    INTEGER NOT NULL,
    newest_day INTEGER NOT NULL,
    PRIMARY KEY (customer, product, workload, service)
) STRICT, WITHOUT ROWID;

-- Values that a later poll replaced.
CREATE TABLE licenses_usage_row_revision (
    day                INTEGER NOT NULL,
    customer           INTEGER NOT NULL,
    product            INTEGER NOT NULL,
    workload           INTEGER NOT NULL,
    licenses_active    INTEGER NOT NULL,
    licenses_qualified INTEGER NOT NULL,
    extra              TEXT,
    poll_id            INTEGER NOT NULL,  -- the poll that set these values
    replaced_poll_id   INTEGER NOT NULL,  -- the poll that replaced them
    replaced_at        TEXT NOT NULL      -- start of that poll
) STRICT;

CREATE INDEX licenses_usage_row_revision_by_row ON licenses_usage_row_revision (day, customer, product, workload);

-- Exactly one row for each row that changes: usaged counts on it.
CREATE TRIGGER licenses_usage_keep_revision AFTER UPDATE ON licenses_usage_row
BEGIN
    INSERT INTO licenses_usage_row_revision
    VALUES (
        OLD.day, OLD.customer, OLD.product, OLD.workload, OLD.licenses_active, OLD.licenses_qualified, OLD.extra,
        coalesce(OLD.changed_poll_id, OLD.first_poll_id,
                 (SELECT first_poll_id FROM licenses_usage_day WHERE id = OLD.day)),
        NEW.changed_poll_id, (SELECT started_at FROM poll WHERE id = NEW.changed_poll_id));
END;

CREATE VIEW licenses_usage AS
SELECT
    day.processed_date_time, service.service_code, service.channel, customer.customer_tenant_id, product.product_id,
    workload.workload_code, service.service_name, customer.customer_name, product.product_name, workload.workload_name,
    row.licenses_active, row.licenses_qualified, row.extra,
    coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM licenses_usage_row AS row
JOIN licenses_usage_day AS day ON day.id = row.day
LEFT JOIN licenses_usage_service AS service ON service.id = day.service
LEFT JOIN licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN licenses_usage_product AS product ON product.id = row.product
LEFT JOIN licenses_usage_workload AS workload ON workload.id = row.workload;

CREATE VIEW licenses_usage_revision AS
SELECT
    day.processed_date_time, service.service_code, service.channel, customer.customer_tenant_id, product.product_id,
    workload.workload_code, service.service_name, customer.customer_name, product.product_name, workload.workload_name,
    row.licenses_active, row.licenses_qualified, row.extra, row.poll_id, row.replaced_poll_id, row.replaced_at
FROM licenses_usage_row_revision AS row
JOIN licenses_usage_day AS day ON day.id = row.day
LEFT JOIN licenses_usage_service AS service ON service.id = day.service
LEFT JOIN licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN licenses_usage_product AS product ON product.id = row.product
LEFT JOIN licenses_usage_workload AS workload ON workload.id = row.workload;

-- The newest processing date of each series: the rows of the newest date of each service, and those of ended series.
CREATE VIEW latest_licenses_usage AS
SELECT
    day.processed_date_time, service.service_code, service.channel, customer.customer_tenant_id, product.product_id,
    workload.workload_code, service.service_name, customer.customer_name, product.product_name, workload.workload_name,
    row.licenses_active, row.licenses_qualified, row.extra,
    coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM licenses_usage_service AS first_service
CROSS JOIN licenses_usage_day AS day
    ON day.same_service = first_service.id
    AND day.processed_date_time = (
        SELECT max(processed_date_time) FROM licenses_usage_day WHERE same_service = first_service.id)
CROSS JOIN licenses_usage_row AS row ON row.day = day.id
LEFT JOIN licenses_usage_service AS service ON service.id = day.service
LEFT JOIN licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN licenses_usage_product AS product ON product.id = row.product
LEFT JOIN licenses_usage_workload AS workload ON workload.id = row.workload
WHERE first_service.same_as = first_service.id
UNION ALL
SELECT
    day.processed_date_time, service.service_code, service.channel, customer.customer_tenant_id, product.product_id,
    workload.workload_code, service.service_name, customer.customer_name, product.product_name, workload.workload_name,
    row.licenses_active, row.licenses_qualified, row.extra,
    coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM licenses_usage_ended AS ended
JOIN licenses_usage_day AS day ON day.id = ended.newest_day
JOIN licenses_usage_customer AS customer ON customer.same_as = ended.customer
JOIN licenses_usage_product AS product ON product.same_as = ended.product
JOIN licenses_usage_workload AS workload ON workload.same_as = ended.workload
CROSS JOIN licenses_usage_row AS row
    ON row.day = ended.newest_day
    AND row.customer = customer.id
    AND row.product = product.id
    AND row.workload = workload.id
LEFT JOIN licenses_usage_service AS service ON service.id = day.service;

-- Each row beside the one of its series' previous processing date; NULL for the first.
CREATE VIEW licenses_usage_change AS
SELECT
    day.processed_date_time, service.service_code, service.channel, customer.customer_tenant_id, product.product_id,
    workload.workload_code, service.service_name, customer.customer_name, product.product_name, workload.workload_name,
    row.licenses_active, row.licenses_qualified, previous_day.processed_date_time AS previous_processed_date_time,
    previous.licenses_active AS previous_licenses_active, previous.licenses_qualified AS previous_licenses_qualified,
    row.licenses_active - previous.licenses_active AS licenses_active_change,
    row.licenses_qualified - previous.licenses_qualified AS licenses_qualified_change
FROM licenses_usage_row AS row
JOIN licenses_usage_day AS day ON day.id = row.day
LEFT JOIN licenses_usage_service AS service ON service.id = day.service
LEFT JOIN licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN licenses_usage_product AS product ON product.id = row.product
LEFT JOIN licenses_usage_workload AS workload ON workload.id = row.workload
LEFT JOIN licenses_usage_row AS previous
    ON (previous.day, previous.customer, previous.product, previous.workload) = (
        SELECT earlier.day, earlier.customer, earlier.product, earlier.workload
        FROM licenses_usage_day AS earlier_day
        CROSS JOIN licenses_usage_customer AS same_customer ON same_customer.same_as = customer.same_as
        CROSS JOIN licenses_usage_product AS same_product ON same_product.same_as = product.same_as
        CROSS JOIN licenses_usage_workload AS same_workload ON same_workload.same_as = workload.same_as
        CROSS JOIN licenses_usage_row AS earlier
            ON earlier.day = earlier_day.id
            AND earlier.customer = same_customer.id
            AND earlier.product = same_product.id
            AND earlier.workload = same_workload.id
        WHERE earlier_day.same_service = day.same_service
            AND earlier_day.processed_date_time < day.processed_date_time
        ORDER BY earlier_day.processed_date_time DESC
        LIMIT 1)
LEFT JOIN licenses_usage_day AS previous_day ON previous_day.id = previous.day;

-- How the tables compare when they have grown.
ANALYZE licenses_usage_row;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('licenses_usage_row', 'licenses_usage_row', '10000000 10000 10 3 1'),
    ('licenses_usage_row_revision', 'licenses_usage_row_revision_by_row', '100000 1000 10 3 1'),
    ('licenses_usage_ended', 'licenses_usage_ended', '10000 10 3 1 1'),
    ('licenses_usage_day', 'sqlite_autoindex_licenses_usage_day_1', '2000 4 1'),
    ('licenses_usage_day', 'licenses_usage_day_by_service', '2000 400 1'),
    ('licenses_usage_service', 'sqlite_autoindex_licenses_usage_service_1', '5 1 1 1'),
    ('licenses_usage_service', 'licenses_usage_service_by_name', '5 1'),
    ('licenses_usage_service', 'licenses_usage_service_by_same_as', '5 1'),
    ('licenses_usage_customer', 'sqlite_autoindex_licenses_usage_customer_1', '1000 1 1'),
    ('licenses_usage_customer', 'licenses_usage_customer_by_name', '1000 1'),
    ('licenses_usage_customer', 'licenses_usage_customer_by_same_as', '1000 1'),
    ('licenses_usage_product', 'sqlite_autoindex_licenses_usage_product_1', '500 1 1'),
    ('licenses_usage_product', 'licenses_usage_product_by_name', '500 1'),
    ('licenses_usage_product', 'licenses_usage_product_by_same_as', '500 1'),
    ('licenses_usage_workload', 'sqlite_autoindex_licenses_usage_workload_1', '500 1 1'),
    ('licenses_usage_workload', 'licenses_usage_workload_by_name', '500 1'),
    ('licenses_usage_workload', 'licenses_usage_workload_by_same_as', '500 1');
