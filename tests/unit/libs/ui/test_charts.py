from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.ui.charts import Heading, Series, bar_list, line_chart, stacked_bars
from libs.ui.svg import tick_step

HEADING = Heading("thu", 'Tỷ lệ <b>&"', "Mô tả <script>")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart):
    return ET.fromstring(str(chart.svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - our own drawing


def classes(root, name):
    return [element for element in root.iter() if name in element.get("class", "").split()]


def test_a_chart_is_an_image_with_name_and_description():
    root = drawn(line_chart(HEADING, [("T1", Decimal(90))]))

    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert named[root.get("aria-labelledby")] == HEADING.title
    assert named[root.get("aria-describedby")] == HEADING.description


def test_labels_are_escaped():
    label = '"><script>alert(1)</script>'
    charts = [
        line_chart(HEADING, [(label, Decimal(1))]),
        stacked_bars(HEADING, [label], [Series(label, [3], "late")]),
    ]

    for chart in charts:
        assert "<script" not in chart.svg
        assert label in "".join(drawn(chart).itertext())


def test_charts_have_no_style_attributes():
    chart = stacked_bars(HEADING, ["a"], [Series("x", [3], "late")])

    assert not any("style" in element.attrib for element in drawn(chart).iter())


@pytest.mark.parametrize(
    "chart",
    [
        line_chart(HEADING, []),
        line_chart(HEADING, [("T1", None)], target=Decimal(95)),
        stacked_bars(HEADING, [], [Series("x", [], "late")]),
        stacked_bars(HEADING, ["a"], [Series("x", [0], "late")]),
        stacked_bars(HEADING, ["a"], []),
    ],
)
def test_no_data_is_no_picture(chart):
    assert not chart.svg


def test_one_point_is_a_mark_without_a_line():
    root = drawn(line_chart(HEADING, [("T1", Decimal("97.2"))]))

    assert len(classes(root, "point")) == 1
    (line,) = classes(root, "line")
    assert len(line.get("points").split()) == 1


def test_a_place_without_a_value_is_a_gap():
    points = [("1", Decimal(90)), ("2", Decimal(91)), ("3", None), ("4", Decimal(92))]

    root = drawn(line_chart(HEADING, points))

    assert [len(line.get("points").split()) for line in classes(root, "line")] == [2, 1]
    assert len(classes(root, "point")) == 3


def test_what_is_below_the_target_has_another_shape():
    root = drawn(line_chart(HEADING, [("1", Decimal("94.9")), ("2", Decimal(95))], target=Decimal(95)))

    assert [element.tag for element in classes(root, "below")] == [f"{SVG}path"]
    assert [element.tag for element in classes(root, "point")] == [f"{SVG}path", f"{SVG}circle"]


def test_the_table_holds_every_number_in_vietnamese_form():
    chart = stacked_bars(
        HEADING, ["T1"], [Series("Đúng hạn", [1200], "on-time"), Series("Quá hạn", [84], "late")]
    )

    assert chart.columns == ("Kỳ", "Đúng hạn", "Quá hạn", "Cộng")
    assert chart.rows == [("T1", "1.200", "84", "1.284")]


def test_late_parts_are_hatched():
    root = drawn(stacked_bars(HEADING, ["a"], [Series("x", [3], "early"), Series("y", [2], "late")]))

    assert [element.get("fill") for element in root.iter() if element.get("fill")] == ["url(#thu-hatch)"]


@given(st.lists(st.one_of(st.none(), st.decimals(0, 100, places=2)), min_size=1, max_size=60))
def test_a_line_stays_inside_its_picture(values):
    chart = line_chart(HEADING, [(str(n), value) for n, value in enumerate(values)], target=Decimal(95))

    if chart.svg:
        for circle in drawn(chart).iter(f"{SVG}circle"):
            assert 0 <= float(circle.get("cx")) <= 720
            assert 0 <= float(circle.get("cy")) <= 300


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=40))
def test_bars_stay_inside_their_picture(pairs):
    series = [Series("x", [x for x, _ in pairs], "early"), Series("y", [y for _, y in pairs], "late")]
    chart = stacked_bars(HEADING, [str(n) for n in range(len(pairs))], series)

    if chart.svg:
        for part in classes(drawn(chart), "part"):
            assert float(part.get("y")) >= 0
            assert float(part.get("height")) >= 0
            assert float(part.get("y")) + float(part.get("height")) <= 300


@given(st.floats(1, 1e9))
def test_ticks_are_few(span):
    assert 1 <= span / tick_step(span) <= 6 or tick_step(span) == 1


@pytest.mark.parametrize(
    ("share", "width"), [("97.28", "97.28"), ("0", "0.00"), ("120", "100.00"), ("-1", "0.00")]
)
def test_a_bar_is_as_long_as_its_share(share, width):
    (bar,) = bar_list([("Cấp xã", Decimal(share))])

    assert f'class="part" width="{width}"' in bar.svg


def test_a_bar_without_a_share_is_a_dash():
    (bar,) = bar_list([("Cấp xã", None)])

    assert bar.text == "–"
