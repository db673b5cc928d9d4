"""A role is ready while it succeeded lately: not before its first success, not when it only tries."""

import asyncio

from libs.pulse import CLOCKWORK, LIMITS, RELAY, Pulse, beat


async def working(pulse: Pulse, role: str) -> None:
    pulse.begin(role)
    await asyncio.create_task(_inner())


async def _inner() -> None:
    beat()


async def test_a_role_is_ready_from_its_first_success_until_the_last_is_too_long_ago():
    now = 100.0
    pulse = Pulse(lambda: now)
    pulse.expect(RELAY)

    assert pulse.checks() == {RELAY: False}
    await asyncio.create_task(working(pulse, RELAY))
    now += LIMITS[RELAY]
    assert pulse.checks() == {RELAY: True}
    now += 0.1
    assert pulse.checks() == {RELAY: False}


async def test_one_roles_success_is_not_anothers_and_outside_a_role_nothing_is_noted():
    pulse = Pulse()
    pulse.expect(RELAY)
    pulse.expect(CLOCKWORK)

    beat()
    await asyncio.create_task(working(pulse, CLOCKWORK))

    assert pulse.checks() == {RELAY: False, CLOCKWORK: True}
    beat()
    assert pulse.checks() == {RELAY: False, CLOCKWORK: True}
