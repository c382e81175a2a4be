"""Dates as sites write them."""

import pytest

from qawl.articles import dates


@pytest.mark.parametrize(
    ("given", "iso"),
    [
        ("2025-07-03", "2025-07-03"),
        ("2025-07-03T23:30:00+03:00", "2025-07-03"),
        ("20250703", "2025-07-03"),
        ("3 كانون الثاني 2025", "2025-01-03"),
        ("٣ تمّوز/يوليو ٢٠٢٥", "2025-07-03"),
        ("الخميس 3 يوليو 2025 - 14:20", "2025-07-03"),
        ("12 تشرين الأول (أكتوبر) 2023", "2023-10-12"),
        ("7 أيار من عام 2024", "2024-05-07"),
        ("31 غشت 2023", "2023-08-31"),
        ("5 جانفي 2022", "2022-01-05"),
        ("٠٣/٠٧/٢٠٢٥", "2025-07-03"),
        ("13/07/2025", "2025-07-13"),
        ("07/13/2025", "2025-07-13"),
        ("July 3rd, 2025", "2025-07-03"),
        ("Thu, 03 Jul 2025 10:00:00 GMT", "2025-07-03"),
        ("1751500000", "2025-07-02"),
        ("1751500000000", "2025-07-02"),
    ],
)
def test_date_is_read(given, iso):
    assert dates.parse(given) == iso


@pytest.mark.parametrize(
    "given",
    [
        "03/07/2025",
        "12 رمضان 1446",
        "2025-02-30",
        "3 يناير/شباط 2025",
        "أمس",
        "منذ ساعتين",
        "5 hours ago",
        "soon",
        "",
        "2025",
    ],
)
def test_what_can_not_be_told_is_refused(given):
    assert dates.parse(given) is None


@pytest.mark.parametrize(
    ("given", "iso"),
    [
        ("أمس", "2025-07-02"),
        ("منذ ساعتين", "2025-07-02"),
        ("قبل 3 أيام", "2025-06-30"),
        ("an hour ago", "2025-07-03"),
        ("منذ 2 أسبوع", "2025-06-19"),
        ("منذ القرن", None),
    ],
)
def test_relative_date_needs_the_time_of_the_visit(given, iso):
    assert dates.parse(given, crawled="2025-07-03T01:30:00") == iso
    assert dates.parse(given) is None


def test_line_that_is_nothing_but_a_date_is_found_near_the_edges():
    assert dates.line("نشر في: 3 تموز 2025\nنص") == ("نشر في: 3 تموز 2025", "2025-07-03")
    assert dates.line("نص\nالخميس، 3 تموز/يوليو 2025 - 14:20") == (
        "الخميس، 3 تموز/يوليو 2025 - 14:20",
        "2025-07-03",
    )
    assert dates.line("Published: July 3, 2025\n\ntext") == (
        "Published: July 3, 2025",
        "2025-07-03",
    )
    assert dates.line("قال في 3 تموز 2025 إنه لن يعود") is None
    assert dates.line("نص " * 9 + "\n" * 9 + "2025-07-03\n" + "\n" * 9) is None
