"""Every metric the toolbox counts, declared once. Business metrics live with their service."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_CONSUMED = Counter("events_consumed", "Events applied.", ["topic", "type"])
EVENTS_DEAD_LETTER = Counter("events_dead_letter", "Events that became dead letters.", ["topic", "reason"])
EVENTS_REDELIVERED = Counter(
    "events_redelivered", "Records Kafka delivered again, dropped by offset.", ["service"]
)
EVENTS_PARKED = Gauge("events_parked", "Events waiting in the inbox.", ["service", "reason"])
EVENTS_PARKED_OLDEST = Gauge(
    "events_parked_oldest_timestamp_seconds", "Since when the oldest of them waits.", ["service", "reason"]
)
DEAD_LETTERS_OPEN = Gauge("dead_letters_open", "Dead letters no operator has settled.", ["service"])
BREAKER_OPEN = Gauge(
    "breaker_open", "1 while too many dead letters in a row have stopped the service.", ["service"]
)
BATCH_SECONDS = Histogram(
    "batch_seconds",
    "Time to apply a batch, transaction included.",
    ["service"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
LAST_PROGRESS = Gauge(
    "consumer_last_progress_timestamp_seconds", "When a batch was last applied.", ["service"]
)
CONSUMER_LAG = Gauge(
    "consumer_lag_records", "Records in the topic beyond what is applied.", ["service", "topic", "partition"]
)
OUTBOX_PENDING = Gauge("outbox_pending", "Events not published yet (counted up to 100,000).", ["service"])
OUTBOX_OLDEST = Gauge(
    "outbox_oldest_timestamp_seconds", "When the oldest of them was written; 0 if none.", ["service"]
)
OUTBOX_PUBLISHED = Counter("outbox_published", "Events published.", ["service", "topic"])
RELAY_ERRORS = Counter("relay_errors", "Times the relay had to start afresh.", ["service", "error"])
HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time to answer, by route template.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CATALOGUE_ITEMS = Gauge(
    "catalogue_items", "Items of reference data known to this process.", ["service", "kind"]
)
CATALOGUE_LOADED = Gauge(
    "catalogue_loaded_timestamp_seconds", "When the catalogue was last read.", ["service"]
)
