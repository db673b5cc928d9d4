"""Become another account, promise to die with the launcher, then become the program.

Run as a script: trampoline.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT…]. The promise (PR_SET_PDEATHSIG) is made
after the change of account, which would clear it. SIGNAL 0: no promise; deploy/local/watchdog.py does this work (not Linux).
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Exec the program given on the command line."""
    parent, number, uid, gid = (int(part) for part in sys.argv[1:5])
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if number and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 - to become another program is its purpose


main()
