import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Level
from deploy.seed.totals import expected, largest_remainder, quotas, spread


def test_full_size_has_the_published_integers():
    counts = expected()

    assert {level: (each.good, each.received) for level, each in counts.items()} == {
        Level.PROVINCE: (70_141, 70_237),
        Level.DISTRICT: (139_968, 147_125),
        Level.COMMUNE: (236_544, 245_207),
    }
    assert {level: each.received - each.good for level, each in counts.items()} == {
        Level.PROVINCE: 96,
        Level.DISTRICT: 7_157,
        Level.COMMUNE: 8_663,
    }


@pytest.mark.parametrize(
    ("scale", "rates"),
    [
        (1, ["99.8", "95.1", "96.4"]),
        (10, ["99.8", "95.1", "96.4"]),
        (50, ["99.8", "95.1", "96.4"]),
        (100, ["99.8", "95.1", "96.4"]),
        (1000, ["100.0", "95.2", "96.3"]),
    ],
)
def test_rates_at_each_scale(scale, rates):
    assert [each.rate for each in expected(scale).values()] == rates


@given(scale=st.integers(1, 20_000))
def test_every_scale_sums_to_the_scaled_total(scale):
    total = sum(count for fates in quotas(scale).values() for count in fates.values())

    assert abs(total - 462_569 / scale) <= 0.5
    for level, each in expected(scale).items():
        assert each.received == each.good + each.late + each.open_in_time + each.open_late, level


weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any)


@given(total=st.integers(0, 100_000), weights=weights)
def test_largest_remainder_is_exact_and_never_off_by_one_or_more(total, weights):
    shares = largest_remainder(total, weights)

    assert sum(shares) == total
    assert all(
        abs(share * sum(weights) - total * weight) < sum(weights)
        for share, weight in zip(shares, weights, strict=True)
    )


@given(total=st.integers(0, 100_000), weights=weights, offset=st.floats(0, 1, exclude_max=True))
def test_spreading_is_exact_and_gives_nothing_to_no_weight(total, weights, offset):
    shares = spread(total, weights, offset=offset)

    assert sum(shares) == total
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)
    assert min(shares) >= 0
