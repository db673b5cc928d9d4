"""How long a promise's bound is on a machine that has not its cores for us alone."""

import os


def on_this_machine(seconds: float) -> float:
    """Return the bound where the cores are ours, as many times more as they are overbooked; read when it is used."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
