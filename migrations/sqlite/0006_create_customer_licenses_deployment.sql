-- GET /v1/customers/{customer-id}/analytics/licenses/deployment
--
-- Kept as customer_licenses_usage is: see there.

CREATE TABLE customer_licenses_deployment_service (
    id           INTEGER PRIMARY KEY,
    same_as      INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    channel      TEXT NOT NULL,
    service_code TEXT NOT NULL,
    UNIQUE (service_name, channel, service_code)
) STRICT;

CREATE INDEX customer_licenses_deployment_service_by_code ON customer_licenses_deployment_service (service_code);
CREATE INDEX customer_licenses_deployment_service_by_same_as ON customer_licenses_deployment_service (same_as);

-- The dates that there are rows of: each service is processed by itself.
CREATE TABLE customer_licenses_deployment_day (
    id                  INTEGER PRIMARY KEY,
    processed_date_time TEXT NOT NULL,
    service             INTEGER NOT NULL REFERENCES customer_licenses_deployment_service (id),
    same_service        INTEGER NOT NULL,  -- same_as of the service
    first_poll_id       INTEGER NOT NULL,  -- the poll that brought the first of the rows
    UNIQUE (processed_date_time, service)
) STRICT;

CREATE INDEX customer_licenses_deployment_day_by_service
    ON customer_licenses_deployment_day (same_service, processed_date_time);

CREATE TABLE customer_licenses_deployment_customer (
    id            INTEGER PRIMARY KEY,
    same_as       INTEGER NOT NULL,
    customer_id   TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    UNIQUE (customer_id, customer_name)
) STRICT;

CREATE INDEX customer_licenses_deployment_customer_by_name ON customer_licenses_deployment_customer (customer_name);
CREATE INDEX customer_licenses_deployment_customer_by_same_as ON customer_licenses_deployment_customer (same_as);

CREATE TABLE customer_licenses_deployment_product (
    id           INTEGER PRIMARY KEY,
    same_as      INTEGER NOT NULL,
    product_name TEXT NOT NULL,
    UNIQUE (product_name)
) STRICT;

CREATE INDEX customer_licenses_deployment_product_by_same_as ON customer_licenses_deployment_product (same_as);

-- The day leads the key: snapshots arrive in date order, so inserts append. No two rows have the same key of the API,
-- also where their numbers differ because a name changed.
CREATE TABLE customer_licenses_deployment_row (
    day                INTEGER NOT NULL REFERENCES customer_licenses_deployment_day (id),
    customer           INTEGER NOT NULL REFERENCES customer_licenses_deployment_customer (id),
    product            INTEGER NOT NULL REFERENCES customer_licenses_deployment_product (id),
    licenses_deployed  INTEGER NOT NULL,
    licenses_sold      INTEGER NOT NULL,
    deployment_percent REAL NOT NULL,
    extra              TEXT,     -- JSON object of the fields that have no column
    first_poll_id      INTEGER,  -- the poll that inserted the row; NULL: that of the day
    changed_poll_id    INTEGER,  -- the poll that set its present values; NULL: the one that inserted it
    PRIMARY KEY (day, customer, product)
) STRICT, WITHOUT ROWID;

-- The series without a row on the newest date of their service.
CREATE TABLE customer_licenses_deployment_ended (
    customer   INTEGER NOT NULL,
    product    INTEGER NOT NULL,
    service    INTEGER NOT NULL,
    newest_day INTEGER NOT NULL,
    PRIMARY KEY (customer, product, service)
) STRICT, WITHOUT ROWID;

-- Values that a later poll replaced.
CREATE TABLE customer_licenses_deployment_row_revision (
    day                INTEGER NOT NULL,
    customer           INTEGER NOT NULL,
    product            INTEGER NOT NULL,
    licenses_deployed  INTEGER NOT NULL,
    licenses_sold      INTEGER NOT NULL,
    deployment_percent REAL NOT NULL,
    extra              TEXT,
    poll_id            INTEGER NOT NULL,  -- the poll that set these values
    replaced_poll_id   INTEGER NOT NULL,  -- the poll that replaced them
    replaced_at        TEXT NOT NULL      -- start of that poll
) STRICT;

CREATE INDEX customer_licenses_deployment_row_revision_by_row
    ON customer_licenses_deployment_row_revision (day, customer, product);

-- Exactly one row for each row that changes: usaged counts on it.
CREATE TRIGGER customer_licenses_deployment_keep_revision AFTER UPDATE ON customer_licenses_deployment_row
BEGIN
    INSERT INTO customer_licenses_deployment_row_revision
    VALUES (
        OLD.day, OLD.customer, OLD.product, OLD.licenses_deployed, OLD.licenses_sold, OLD.deployment_percent, OLD.extra,
        coalesce(OLD.changed_poll_id, OLD.first_poll_id,
                 (SELECT first_poll_id FROM customer_licenses_deployment_day WHERE id = OLD.day)),
        NEW.changed_poll_id, (SELECT started_at FROM poll WHERE id = NEW.changed_poll_id));
END;

CREATE VIEW customer_licenses_deployment AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    nullif(service.service_code, '') AS service_code, customer.customer_name, row.licenses_deployed, row.licenses_sold,
    row.deployment_percent, row.extra, coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM customer_licenses_deployment_row AS row
JOIN customer_licenses_deployment_day AS day ON day.id = row.day
LEFT JOIN customer_licenses_deployment_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_deployment_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_deployment_product AS product ON product.id = row.product;

CREATE VIEW customer_licenses_deployment_revision AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    nullif(service.service_code, '') AS service_code, customer.customer_name, row.licenses_deployed, row.licenses_sold,
    row.deployment_percent, row.extra, row.poll_id, row.replaced_poll_id, row.replaced_at
FROM customer_licenses_deployment_row_revision AS row
JOIN customer_licenses_deployment_day AS day ON day.id = row.day
LEFT JOIN customer_licenses_deployment_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_deployment_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_deployment_product AS product ON product.id = row.product;

-- The newest processing date of each series: the rows of the newest date of each service, and those of ended series.
CREATE VIEW latest_customer_licenses_deployment AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    nullif(service.service_code, '') AS service_code, customer.customer_name, row.licenses_deployed, row.licenses_sold,
    row.deployment_percent, row.extra, coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM customer_licenses_deployment_service AS first_service
CROSS JOIN customer_licenses_deployment_day AS day
    ON day.same_service = first_service.id
    AND day.processed_date_time = (
        SELECT max(processed_date_time) FROM customer_licenses_deployment_day WHERE same_service = first_service.id)
CROSS JOIN customer_licenses_deployment_row AS row ON row.day = day.id
LEFT JOIN customer_licenses_deployment_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_deployment_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_deployment_product AS product ON product.id = row.product
WHERE first_service.same_as = first_service.id
UNION ALL
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    nullif(service.service_code, '') AS service_code, customer.customer_name, row.licenses_deployed, row.licenses_sold,
    row.deployment_percent, row.extra, coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id,
    coalesce(row.changed_poll_id, row.first_poll_id, day.first_poll_id) AS changed_poll_id
FROM customer_licenses_deployment_ended AS ended
JOIN customer_licenses_deployment_day AS day ON day.id = ended.newest_day
JOIN customer_licenses_deployment_customer AS customer ON customer.same_as = ended.customer
JOIN customer_licenses_deployment_product AS product ON product.same_as = ended.product
CROSS JOIN customer_licenses_deployment_row AS row
    ON row.day = ended.newest_day
    AND row.customer = customer.id
    AND row.product = product.id
LEFT JOIN customer_licenses_deployment_service AS service ON service.id = day.service;

-- Each row beside the one of its series' previous processing date; NULL for the first.
CREATE VIEW customer_licenses_deployment_change AS
SELECT
    day.processed_date_time, service.service_name, service.channel, customer.customer_id, product.product_name,
    nullif(service.service_code, '') AS service_code, customer.customer_name, row.licenses_deployed, row.licenses_sold,
    row.deployment_percent, previous_day.processed_date_time AS previous_processed_date_time,
    previous.licenses_deployed AS previous_licenses_deployed, previous.licenses_sold AS previous_licenses_sold,
    previous.deployment_percent AS previous_deployment_percent,
    row.licenses_deployed - previous.licenses_deployed AS licenses_deployed_change,
    row.licenses_sold - previous.licenses_sold AS licenses_sold_change,
    row.deployment_percent - previous.deployment_percent AS deployment_percent_change
FROM customer_licenses_deployment_row AS row
JOIN customer_licenses_deployment_day AS day ON day.id = row.day
LEFT JOIN customer_licenses_deployment_service AS service ON service.id = day.service
LEFT JOIN customer_licenses_deployment_customer AS customer ON customer.id = row.customer
LEFT JOIN customer_licenses_deployment_product AS product ON product.id = row.product
LEFT JOIN customer_licenses_deployment_row AS previous
    ON (previous.day, previous.customer, previous.product) = (
        SELECT earlier.day, earlier.customer, earlier.product
        FROM customer_licenses_deployment_day AS earlier_day
        CROSS JOIN customer_licenses_deployment_customer AS same_customer ON same_customer.same_as = customer.same_as
        CROSS JOIN customer_licenses_deployment_product AS same_product ON same_product.same_as = product.same_as
        CROSS JOIN customer_licenses_deployment_row AS earlier
            ON earlier.day = earlier_day.id
            AND earlier.customer = same_customer.id
            AND earlier.product = same_product.id
        WHERE earlier_day.same_service = day.same_service
            AND earlier_day.processed_date_time < day.processed_date_time
        ORDER BY earlier_day.processed_date_time DESC
        LIMIT 1)
LEFT JOIN customer_licenses_deployment_day AS previous_day ON previous_day.id = previous.day;

-- How the tables compare when they have grown.
ANALYZE customer_licenses_deployment_row;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('customer_licenses_deployment_row', 'customer_licenses_deployment_row', '10000000 10000 10 1'),
    ('customer_licenses_deployment_row_revision', 'customer_licenses_deployment_row_revision_by_row',
     '100000 1000 10 1'),
    ('customer_licenses_deployment_ended', 'customer_licenses_deployment_ended', '10000 10 1 1'),
    ('customer_licenses_deployment_day', 'sqlite_autoindex_customer_licenses_deployment_day_1', '2000 4 1'),
    ('customer_licenses_deployment_day', 'customer_licenses_deployment_day_by_service', '2000 400 1'),
    ('customer_licenses_deployment_service', 'sqlite_autoindex_customer_licenses_deployment_service_1', '5 1 1 1'),
    ('customer_licenses_deployment_service', 'customer_licenses_deployment_service_by_code', '5 1'),
    ('customer_licenses_deployment_service', 'customer_licenses_deployment_service_by_same_as', '5 1'),
    ('customer_licenses_deployment_customer', 'sqlite_autoindex_customer_licenses_deployment_customer_1', '1000 1 1'),
    ('customer_licenses_deployment_customer', 'customer_licenses_deployment_customer_by_name', '1000 1'),
    ('customer_licenses_deployment_customer', 'customer_licenses_deployment_customer_by_same_as', '1000 1'),
    ('customer_licenses_deployment_product', 'sqlite_autoindex_customer_licenses_deployment_product_1', '500 1'),
    ('customer_licenses_deployment_product', 'customer_licenses_deployment_product_by_same_as', '500 1');
