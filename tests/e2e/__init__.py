"""The whole system, started and asked as people do it."""
