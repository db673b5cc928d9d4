"""How a measured process tells how far it is: one line per batch on stdout."""

import os
import time


def mark(done: int) -> None:
    """Say that `done` events are through, and when."""
    os.write(1, f"MARK {time.monotonic():.6f} {done}\n".encode())
