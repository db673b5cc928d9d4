"""All SQL of this service. Every read takes the caller's scope: unit codes, or None for no limit."""
