"""The whole system on one machine with nothing but Python: PostgreSQL, Kafka, the services, one gateway."""
