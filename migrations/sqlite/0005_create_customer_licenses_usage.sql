-- GET /v1/customers/{customer-id}/analytics/licenses/usage
--
-- Customers, products, workloads and services repeat in the rows of every date. Each is stored once, and a row holds
-- their numbers: a fifteenth of the size. The views customer_licenses_usage and customer_licenses_usage_revision show
-- the fields of the API. An empty text is a field that was not sent.
--
-- A name may change. Then the customer (product…) gets a further entry, whose same_as is the first entry with the same
-- key; rows keep the entry with the name that they came with.

CREATE TABLE customer_licenses_usage_service (
    id           INTEGER PRIMARY KEY,
    same_as      INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    channel      TEXT NOT NULL,
    service_code TEXT NOT NULL,
    UNIQUE (service_name, channel, service_code)
) STRICT;

CREATE INDEX customer_licenses_usage_service_by_code ON customer_licenses_usage_service (service_code);
CREATE INDEX customer_licenses_usage_service_by_same_as ON customer_licenses_usage_service (same_as);

-- The dates that there are rows of: each service is processed by itself.
CREATE TABLE customer_licenses_usage_day (
    id                  INTEGER PRIMARY KEY,
    processed_date_time TEXT NOT NULL,
    service             INTEGER NOT NULL REFERENCES customer_licenses_usage_service (id),
    same_service        INTEGER NOT NULL,  -- same_as of the service
    first_poll_id       INTEGER NOT NULL,  -- the poll that brought the first of the rows
    UNIQUE (processed_date_time, service)
) STRICT;

CREATE INDEX customer_licenses_usage_day_by_service ON customer_licenses_usage_day (same_service, processed_date_time);

CREATE TABLE customer_licenses_usage_customer (
    id            INTEGER PRIMARY KEY,
    same_as       INTEGER NOT NULL,
    customer_id   TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    UNIQUE (customer_id, customer_name)
) STRICT;

CREATE INDEX customer_licenses_usage_customer_by_name ON customer_licenses_usage_customer (customer_name);
CREATE INDEX customer_licenses_usage_customer_by_same_as ON customer_licenses_usage_customer (same_as);

CREATE TABLE customer_licenses_usage_product (
    id           INTEGER PRIMARY KEY,
    same_as      INTEGER NOT NULL,
    product_name TEXT NOT NULL,
    UNIQUE (product_name)
) STRICT;

CREATE INDEX customer_licenses_usage_product_by_same_as ON customer_licenses_usage_product (same_as);

CREATE TABLE customer_licenses_usage_workload (
    id            INTEGER PRIMARY KEY,
    same_as       INTEGER NOT NULL,
    workload_name TEXT NOT NULL,
    workload_code TEXT NOT NULL,
    UNIQUE (workload_name, workload_code)
) STRICT;

CREATE INDEX customer_licenses_usage_workload_by_code ON customer_licenses_usage_workload (workload_code);
CREATE INDEX customer_licenses_usage_workload_by_same_as ON customer_licenses_usage_workload (same_as);

-- The day leads the key: snapshots arrive in date order, so inserts append. No two rows have the same key of the API,
-- also where their numbers differ because a name changed.
CREATE TABLE customer_licenses_usage_row (
    day                INTEGER NOT NULL REFERENCES customer_licenses_usage_day (id),
    customer           INTEGER NOT NULL REFERENCES customer_licenses_usage_customer (id),
    product            INTEGER NOT NULL REFERENCES customer_licenses_usage_product (id),
    workload           INTEGER NOT NULL REFERENCES customer_licenses_usage_workload (id),
    licenses_active    INTEGER NOT NULL,
    licenses_qualified INTEGER NOT NULL,
    usage_percent      REAL NOT NULL,
    extra              TEXT,     -- JSON object of the fields that have no column
    first_poll_id      INTEGER,  -- the poll that inserted the row; NULL: that of the day
    changed_poll_id    INTEGER,  -- the poll that set its present values; NULL: the one that inserted it
    PRIMARY KEY (day, customer, product, workload)
) STRICT, WITHOUT ROWID;

-- The series without a row on the newest date of their service, with their own newest day; by the first entries of
-- their parts.
CREATE TABLE customer_licenses_usage_ended (
    customer   INTEGER NOT NULL,
    product    INTEGER NOT NULL,
    workload   INTEGER NOT NULL,
    service    INTEGER NOT NULL,
    newest_day INTEGER NOT NULL,
    PRIMARY KEY (customer, product, workload, service)
) STRICT, WITHOUT ROWID;

-- Values that a later poll replaced.
CREATE TABLE customer_licenses_usage_row_revision (
    day                INTEGER NOT NULL,
    customer           INTEGER NOT NULL,
    product            INTEGER NOT NULL,
    workload           INTEGER NOT NULL,
    licenses_active    INTEGER NOT NULL,
    licenses_qualified INTEGER NOT NULL,
    usage_percent      REAL NOT NULL,
    extra              TEXT,
    poll_id            INTEGER NOT NULL,  -- the poll that set these values
    replaced_poll_id   INTEGER NOT NULL,  -- the poll that replaced them
    replaced_at        TEXT NOT NULL      -- start of that poll
) STRICT;

CREATE INDEX customer_licenses_usage_row_revision_by_row
    ON customer_licenses_usage_row_revision (day, customer, product, workload);

-- Exactly one row for each row that changes: usaged counts on it.
CREATE TRIGGER customer_licenses_usage_keep_revision AFTER UPDATE ON customer_licenses_usage_row
BEGIN
    INSERT INTO customer_licenses_usage_row_revision
    VALUES (
        OLD.day, OLD.customer, OLD.product, OLD.workload, OLD.licenses_active, OLD.licenses_qualified,
        OLD.usage_percent, OLD.extra,
        coalesce(OLD.changed_poll_id, OLD.first_poll_id,
                 (SELECT first_poll_id FROM customer_licenses_usage_day WHERE id = OLD.day)),
        NEW.changed_poll_id, (SELECT started_at FROM poll WHERE id = NEW.changed_poll_id));
END;

-- The joins are outer ones though each finds its row: so SQLite leaves out those that a query does not need, and begins
-- with the one that a query has a condition on.
CREATE VIEW customer_licenses_usage AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    workload.workload_name, nullif(service.service_code, '') AS service_code, customer.customer_name,
    nullif(workload.workload_code, '') AS workload_code, row.licenses_active, row.licenses_qualified, row.usage_percent,
    row.extra, coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM customer_licenses_usage_row AS row
JOIN customer_licenses_usage_day AS day ON day.id = row.day
LEFT JOIN customer_licenses_usage_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_usage_product AS product ON product.id = row.product
LEFT JOIN customer_licenses_usage_workload AS workload ON workload.id = row.workload;

CREATE VIEW customer_licenses_usage_revision AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    workload.workload_name, nullif(service.service_code, '') AS service_code, customer.customer_name,
    nullif(workload.workload_code, '') AS workload_code, row.licenses_active, row.licenses_qualified, row.usage_percent,
    row.extra, row.poll_id, row.replaced_poll_id, row.replaced_at
FROM customer_licenses_usage_row_revision AS row
JOIN customer_licenses_usage_day AS day ON day.id = row.day
LEFT JOIN customer_licenses_usage_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_usage_product AS product ON product.id = row.product
LEFT JOIN customer_licenses_usage_workload AS workload ON workload.id = row.workload;

-- The newest processing date of each series: the rows of the newest date of each service, and those of ended series.
-- Other entries with the key of an ended series have no row on its day, so they drop out. CROSS keeps SQLite from
-- reading the rows of the whole history.
CREATE VIEW latest_customer_licenses_usage AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    workload.workload_name, nullif(service.service_code, '') AS service_code, customer.customer_name,
    nullif(workload.workload_code, '') AS workload_code, row.licenses_active, row.licenses_qualified, row.usage_percent,
    row.extra, coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM customer_licenses_usage_service AS first_service
CROSS JOIN customer_licenses_usage_day AS day
    ON day.same_service = first_service.id
    AND day.processed_date_time = (
        SELECT max(processed_date_time) FROM customer_licenses_usage_day WHERE same_service = first_service.id)
CROSS JOIN customer_licenses_usage_row AS row ON row.day = day.id
LEFT JOIN customer_licenses_usage_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_usage_product AS product ON product.id = row.product
LEFT JOIN customer_licenses_usage_workload AS workload ON workload.id = row.workload
WHERE first_service.same_as = first_service.id
UNION ALL
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    workload.workload_name, nullif(service.service_code, '') AS service_code, customer.customer_name,
    nullif(workload.workload_code, '') AS workload_code, row.licenses_active, row.licenses_qualified, row.usage_percent,
    row.extra, coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM customer_licenses_usage_ended AS ended
JOIN customer_licenses_usage_day AS day ON day.id = ended.newest_day
JOIN customer_licenses_usage_customer AS customer ON customer.same_as = ended.customer
JOIN customer_licenses_usage_product AS product ON product.same_as = ended.product
JOIN customer_licenses_usage_workload AS workload ON workload.same_as = ended.workload
CROSS JOIN customer_licenses_usage_row AS row
    ON row.day = ended.newest_day
    AND row.customer = customer.id
    AND row.product = product.id
    AND row.workload = workload.id
LEFT JOIN customer_licenses_usage_service AS service ON service.id = day.service;

-- Each row beside the one of its series' previous processing date; NULL for the first. Walks back from day to day of
-- the service, and finds the row also where it came with other names.
CREATE VIEW customer_licenses_usage_change AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    workload.workload_name, nullif(service.service_code, '') AS service_code, customer.customer_name,
    nullif(workload.workload_code, '') AS workload_code, row.licenses_active, row.licenses_qualified, row.usage_percent,
    previous_day.processed_date_time AS previous_processed_date_time,
    previous.licenses_active AS previous_licenses_active, previous.licenses_qualified AS previous_licenses_qualified,
    previous.usage_percent AS previous_usage_percent,
    row.licenses_active - previous.licenses_active AS licenses_active_change,
    row.licenses_qualified - previous.licenses_qualified AS licenses_qualified_change,
    row.usage_percent - previous.usage_percent AS usage_percent_change
FROM customer_licenses_usage_row AS row
JOIN customer_licenses_usage_day AS day ON day.id = row.day
LEFT JOIN customer_licenses_usage_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_usage_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_usage_product AS product ON product.id = row.product
LEFT JOIN customer_licenses_usage_workload AS workload ON workload.id = row.workload
LEFT JOIN customer_licenses_usage_row AS previous
    ON (previous.day, previous.customer, previous.product, previous.workload) = (
        SELECT earlier.day, earlier.customer, earlier.product, earlier.workload
        FROM customer_licenses_usage_day AS earlier_day
        CROSS JOIN customer_licenses_usage_customer AS same_customer ON same_customer.same_as = customer.same_as
        CROSS JOIN customer_licenses_usage_product AS same_product ON same_product.same_as = product.same_as
        CROSS JOIN customer_licenses_usage_workload AS same_workload ON same_workload.same_as = workload.same_as
        CROSS JOIN customer_licenses_usage_row AS earlier
            ON earlier.day = earlier_day.id
            AND earlier.customer = same_customer.id
            AND earlier.product = same_product.id
            AND earlier.workload = same_workload.id
        WHERE earlier_day.same_service = day.same_service
            AND earlier_day.processed_date_time < day.processed_date_time
        ORDER BY earlier_day.processed_date_time DESC
        LIMIT 1)
LEFT JOIN customer_licenses_usage_day AS previous_day ON previous_day.id = previous.day;

-- How the tables compare when they have grown. SQLite would take all of them for equally large, and read the whole
-- history where the rows of one customer would do. ANALYZE puts what it finds in place of this.
ANALYZE customer_licenses_usage_row;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('customer_licenses_usage_row', 'customer_licenses_usage_row', '10000000 10000 10 3 1'),
    ('customer_licenses_usage_row_revision', 'customer_licenses_usage_row_revision_by_row', '100000 1000 10 3 1'),
    ('customer_licenses_usage_ended', 'customer_licenses_usage_ended', '10000 10 3 1 1'),
    ('customer_licenses_usage_day', 'sqlite_autoindex_customer_licenses_usage_day_1', '2000 4 1'),
    ('customer_licenses_usage_day', 'customer_licenses_usage_day_by_service', '2000 400 1'),
    ('customer_licenses_usage_service', 'sqlite_autoindex_customer_licenses_usage_service_1', '5 1 1 1'),
    ('customer_licenses_usage_service', 'customer_licenses_usage_service_by_code', '5 1'),
    ('customer_licenses_usage_service', 'customer_licenses_usage_service_by_same_as', '5 1'),
    ('customer_licenses_usage_customer', 'sqlite_autoindex_customer_licenses_usage_customer_1', '1000 1 1'),
    ('customer_licenses_usage_customer', 'customer_licenses_usage_customer_by_name', '1000 1'),
    ('customer_licenses_usage_customer', 'customer_licenses_usage_customer_by_same_as', '1000 1'),
    ('customer_licenses_usage_product', 'sqlite_autoindex_customer_licenses_usage_product_1', '500 1'),
    ('customer_licenses_usage_product', 'customer_licenses_usage_product_by_same_as', '500 1'),
    ('customer_licenses_usage_workload', 'sqlite_autoindex_customer_licenses_usage_workload_1', '500 1 1'),
    ('customer_licenses_usage_workload', 'customer_licenses_usage_workload_by_code', '500 1'),
    ('customer_licenses_usage_workload', 'customer_licenses_usage_workload_by_same_as', '500 1');
