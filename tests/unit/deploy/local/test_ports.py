"""Ports: kept, chosen anew when taken, refused when asked for and taken."""

import socket

import pytest

from deploy.local import ports
from deploy.local.errors import StackError


@pytest.fixture
def taken():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_chosen_ports_are_kept(tmp_path):
    file = tmp_path / "ports.json"

    assert ports.keep(file, ["a", "b"]) == ports.keep(file, ["a", "b"])


def test_names_get_different_ports(tmp_path):
    assert len(set(ports.keep(tmp_path / "ports.json", "abcdefgh").values())) == 8


def test_a_port_that_someone_took_is_chosen_anew(tmp_path, taken):
    file = tmp_path / "ports.json"
    ports.keep(file, [], fixed={"a": taken})

    assert ports.keep(file, ["a"])["a"] != taken


def test_a_fixed_port_is_nobody_elses(tmp_path):
    file = tmp_path / "ports.json"
    first = ports.keep(file, ["a"])["a"]

    assert ports.keep(file, ["a"], fixed={"gateway": first})["a"] != first


def test_a_taken_port_is_named_with_what_to_do(taken):
    with pytest.raises(StackError, match=rf"Port {taken} is taken .* --port"):
        ports.require_free(taken)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(StackError, match="not a port number"):
        ports.require_free(port)
