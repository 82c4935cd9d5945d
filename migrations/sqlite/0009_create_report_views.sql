-- The dates that each service has rows of, once however many rows, channels or times of day there are. A condition on the
-- dataset leaves the others unread.
--   service              service_name; of licenses_usage and licenses_deployment service_code
--   date                 YYYY-MM-DD, UTC
--   processed_date_time  the processing date in full, as the rows have it; the newest if there are several times of day
CREATE VIEW processing_date (dataset, service, date, processed_date_time) AS
SELECT 'partner_licenses_usage', service_name, substr(processed_date_time, 1, 10), max(processed_date_time)
FROM partner_licenses_usage
GROUP BY 2, 3
UNION ALL
SELECT 'partner_licenses_deployment', service_name, substr(processed_date_time, 1, 10), max(processed_date_time)
FROM partner_licenses_deployment
GROUP BY 2, 3
UNION ALL
SELECT 'customer_licenses_usage', service_name, substr(processed_date_time, 1, 10), max(processed_date_time)
FROM customer_licenses_usage_day AS day JOIN customer_licenses_usage_service AS service ON service.id = day.service
GROUP BY 2, 3
UNION ALL
SELECT 'customer_licenses_deployment', service_name, substr(processed_date_time, 1, 10), max(processed_date_time)
FROM customer_licenses_deployment_day AS day
JOIN customer_licenses_deployment_service AS service ON service.id = day.service
GROUP BY 2, 3
UNION ALL
SELECT 'licenses_usage', service_code, substr(processed_date_time, 1, 10), max(processed_date_time)
FROM licenses_usage_day AS day JOIN licenses_usage_service AS service ON service.id = day.service
GROUP BY 2, 3
UNION ALL
SELECT 'licenses_deployment', service_code, substr(processed_date_time, 1, 10), max(processed_date_time)
FROM licenses_deployment_day AS day JOIN licenses_deployment_service AS service ON service.id = day.service
GROUP BY 2, 3;

-- next_date: the next one that the service has; for its last one the day after the newest date of the dataset, so that a
-- service that is no longer reported shows as missing.
CREATE VIEW next_processing_date AS
SELECT
    dataset, service, date,
    coalesce(lead(date) OVER (PARTITION BY dataset, service ORDER BY date),
             date(max(date) OVER (PARTITION BY dataset), '+1 day')) AS next_date
FROM processing_date;

-- Which processing dates there should be, and which there are, one row for each dataset and service.
--   service         service_name; of licenses_usage and licenses_deployment service_code
--   data_from       the first date of the service, YYYY-MM-DD
--   data_to         its newest date
--   expected_dates  days from data_from to the newest date of the dataset, both included
--   present_dates   how many of these have rows
--   missing_dates   how many have none
--   gaps            the missing dates as a JSON array of {"from": …, "to": …, "days": …}, oldest first; [] if there are none
CREATE VIEW coverage AS
SELECT
    dataset,
    service,
    min(date) AS data_from,
    max(date) AS data_to,
    CAST(julianday(max(next_date)) - julianday(min(date)) AS INTEGER) AS expected_dates,
    count(*) AS present_dates,
    CAST(julianday(max(next_date)) - julianday(min(date)) AS INTEGER) - count(*) AS missing_dates,
    json_group_array(json_object(
        'from', date(date, '+1 day'),
        'to', date(next_date, '-1 day'),
        'days', CAST(julianday(next_date) - julianday(date) AS INTEGER) - 1))
        FILTER (WHERE next_date > date(date, '+1 day')) AS gaps
FROM (SELECT * FROM next_processing_date ORDER BY dataset, service, date)
GROUP BY dataset, service;

-- Each run of missing dates: the gaps of coverage, one row each.
CREATE VIEW coverage_gap AS
SELECT
    dataset,
    service,
    date(date, '+1 day') AS gap_from,
    date(next_date, '-1 day') AS gap_to,
    CAST(julianday(next_date) - julianday(date) AS INTEGER) - 1 AS days
FROM next_processing_date
WHERE next_date > date(date, '+1 day');

-- Licences that were bought and are not used, of the four datasets that name customers: the rows of the newest date of
-- each service and channel. Whoever is not among them any more, because the licences or the customer are gone, is not
-- shown.
--   customer_id    also where the dataset calls it customer_tenant_id
--   product_id     NULL where the dataset has none: customer_licenses_usage and customer_licenses_deployment
--   service        service_name; of licenses_usage and licenses_deployment service_code
--   workload_name  NULL where the dataset has none: the two of deployment
--   licenses       licenses_qualified of the datasets of usage, licenses_sold of those of deployment
--   in_use         licenses_active, licenses_deployed
--   unused         licenses - in_use; negative if more are in use than were bought
-- The same licences appear in a dataset of usage once for each workload, so choose a dataset and do not add up over all.
CREATE VIEW unused_licenses AS
SELECT
    'customer_licenses_usage' AS dataset, day.processed_date_time, customer.customer_id, customer.customer_name,
    NULL AS product_id, product.product_name, service.service_name AS service, workload.workload_name, service.channel,
    row.licenses_qualified AS licenses, row.licenses_active AS in_use,
    row.licenses_qualified - row.licenses_active AS unused
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
    'customer_licenses_deployment', day.processed_date_time, customer.customer_id, customer.customer_name,
    NULL, product.product_name, service.service_name, NULL, service.channel,
    row.licenses_sold, row.licenses_deployed, row.licenses_sold - row.licenses_deployed
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
    'licenses_usage', day.processed_date_time, customer.customer_tenant_id, customer.customer_name,
    product.product_id, product.product_name, service.service_code, workload.workload_name, service.channel,
    row.licenses_qualified, row.licenses_active, row.licenses_qualified - row.licenses_active
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
    'licenses_deployment', day.processed_date_time, customer.customer_tenant_id, customer.customer_name,
    product.product_id, product.product_name, service.service_code, NULL, service.channel,
    row.licenses_sold, row.licenses_deployed, row.licenses_sold - row.licenses_deployed
FROM licenses_deployment_service AS first_service
CROSS JOIN licenses_deployment_day AS day
    ON day.same_service = first_service.id
    AND day.processed_date_time = (
        SELECT max(processed_date_time) FROM licenses_deployment_day WHERE same_service = first_service.id)
CROSS JOIN licenses_deployment_row AS row ON row.day = day.id
LEFT JOIN licenses_deployment_service AS service ON service.id = day.service
LEFT JOIN licenses_deployment_customer AS customer ON customer.id = row.customer
LEFT JOIN licenses_deployment_product AS product ON product.id = row.product
WHERE first_service.same_as = first_service.id;

-- How each dataset that was ever polled stands: what `usaged status` shows. Backfill and replay are not counted among the
-- polls, but what they stored is in data_to and rows.
--   last_poll_id, last_poll_at, last_outcome  the newest poll, its start, its outcome; NULL while it is in hand
--   last_success_at      start of the newest poll that did not fail
--   degraded             why its snapshot is not to be relied on; NULL if it is
--   skipped_customers    customers that its snapshot lacks, because Partner Center refuses them; see skipped_customer
--   data_to              the newest processing date
--   rows                 rows that the polls have inserted
--   last_error_at, last_error_category, last_error_message  the newest poll that failed and its end, stops of usaged left
--                        out; it may be older than last_success_at
--   failures             polls that failed since last_success_at, stops of usaged left out
--   new_fields           fields that came without a column of their own; see schema_event
CREATE VIEW ingest_health AS
WITH dataset (name, data_to) AS (
    VALUES
        ('partner_licenses_usage', (SELECT max(processed_date_time) FROM partner_licenses_usage)),
        ('partner_licenses_deployment', (SELECT max(processed_date_time) FROM partner_licenses_deployment)),
        ('customer_licenses_usage', (SELECT max(processed_date_time) FROM customer_licenses_usage_day)),
        ('customer_licenses_deployment', (SELECT max(processed_date_time) FROM customer_licenses_deployment_day)),
        ('licenses_usage', (SELECT max(processed_date_time) FROM licenses_usage_day)),
        ('licenses_deployment', (SELECT max(processed_date_time) FROM licenses_deployment_day))
)
SELECT
    dataset.name AS dataset,
    last.id AS last_poll_id,
    last.started_at AS last_poll_at,
    last.outcome AS last_outcome,
    success.started_at AS last_success_at,
    success.degraded AS degraded,
    (SELECT count(*) FROM skipped_customer WHERE poll_id = success.id) AS skipped_customers,
    dataset.data_to AS data_to,
    (SELECT coalesce(sum(rows_inserted), 0) FROM poll WHERE poll.dataset = dataset.name) AS rows,
    error.finished_at AS last_error_at,
    error.error_category AS last_error_category,
    error.error_message AS last_error_message,
    (SELECT count(*)
     FROM poll
     WHERE poll.dataset = dataset.name
         AND id > coalesce(success.id, 0)
         AND "trigger" NOT IN ('backfill', 'replay')
         AND outcome = 'failed'
         AND error_category <> 'stopped') AS failures,
    (SELECT count(*) FROM schema_event WHERE schema_event.dataset = dataset.name AND event = 'new_field') AS new_fields
FROM dataset
LEFT JOIN poll AS last ON last.id = (
    SELECT id
    FROM poll
    WHERE poll.dataset = dataset.name AND "trigger" NOT IN ('backfill', 'replay')
    ORDER BY id DESC
    LIMIT 1)
LEFT JOIN poll AS success ON success.id = (
    SELECT id
    FROM poll
    WHERE poll.dataset = dataset.name AND "trigger" NOT IN ('backfill', 'replay') AND outcome <> 'failed'
    ORDER BY id DESC
    LIMIT 1)
LEFT JOIN poll AS error ON error.id = (
    SELECT id
    FROM poll
    WHERE poll.dataset = dataset.name
        AND "trigger" NOT IN ('backfill', 'replay')
        AND outcome = 'failed'
        AND error_category <> 'stopped'
    ORDER BY id DESC
    LIMIT 1)
WHERE EXISTS (SELECT 1 FROM poll WHERE poll.dataset = dataset.name);
