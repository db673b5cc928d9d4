"""intake → routing → sla → reporting: four services that speak to each other only through Kafka."""
