"""One launcher per state folder."""

import os
import subprocess
import sys

import pytest

from deploy.local.errors import AlreadyRunningError, StackError
from deploy.local.locks import StackLock, is_free, launcher_pid, stop_launcher


@pytest.fixture
def lock(tmp_path):
    lock = StackLock(tmp_path)
    lock.acquire()
    yield lock
    lock.release()


def test_the_launcher_is_known_while_it_lives(lock, tmp_path):
    assert launcher_pid(tmp_path) == os.getpid()

    lock.release()

    assert launcher_pid(tmp_path) is None


def test_a_second_launcher_is_refused(lock, tmp_path):
    with pytest.raises(AlreadyRunningError, match="already runs"):
        StackLock(tmp_path).acquire()


def test_a_child_keeps_the_folder_taken_after_its_launcher(lock, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.descriptor,)
    ) as child:
        lock.release()
        assert not is_free(tmp_path)
        with pytest.raises(StackError, match="still end"):
            StackLock(tmp_path).acquire(patience=0.1)
        child.communicate(b"\n")

    assert is_free(tmp_path)


def test_a_folder_never_used_is_free(tmp_path):
    assert is_free(tmp_path)
    assert launcher_pid(tmp_path) is None
    assert not stop_launcher(tmp_path)
