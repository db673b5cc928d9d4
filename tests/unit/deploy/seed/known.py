"""What the tests of the seed know in common, read once."""

from functools import cache

from contracts.catalogue import Procedure, Succession, Unit
from deploy.seed import items
from deploy.seed.procedures import procedures


@cache
def units() -> dict[str, Unit]:
    return {item.data.code: item.data for item in items.units()}


@cache
def successions() -> dict[str, Succession]:
    return {item.subject: item.data for item in items.successions()}


@cache
def procedures_of_2022() -> dict[str, Procedure]:
    return {each.code: each for each in procedures() if each.valid_from.year < 2022}
