"""How the system is run: the local stack, the seed, and what a container engine needs."""
