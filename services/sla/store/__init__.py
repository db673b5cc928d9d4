"""All SQL of sla."""
