"""What containers need beside the services: secrets made on the host, and one step that provides everything."""
