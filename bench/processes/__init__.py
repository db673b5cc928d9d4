"""What is measured as a process of its own: `python -m bench.processes.<name>`, with a service's environment."""
