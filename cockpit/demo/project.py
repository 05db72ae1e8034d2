"""The demo's project, as data: a shop's till in plain Python, commit by commit, its tasks
and its lanes.yaml. Its tests need nothing but the standard library and take a moment.
"""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    author: str
    subject: str
    files: Mapping[str, str]


_README = """# Till

A shop's till: prices, baskets, receipts. All sums are whole cents.

    python3 -m unittest -q
"""

_MONEY_FIRST = '''"""Sums of money, in cents."""


def shown(cents):
    """Cents as text for people."""
    return f"{cents // 100}.{cents % 100:02d}"
'''

_MONEY = '''"""Sums of money, in cents."""


def rounded(cents):
    """Whole cents, half a cent upwards."""
    return int(cents + 0.5)


def shown(cents):
    """Cents as text for people."""
    return f"{cents // 100}.{cents % 100:02d}"
'''

_PRICES_FIRST = '''"""What things cost, in cents."""

PRICES = {"apple": 40, "bread": 250}


def price(name, count=1):
    """Cents for `count` pieces."""
    return PRICES[name] * count
'''

_PRICES = '''"""What things cost, in cents."""

PRICES = {"apple": 40, "bread": 250, "coffee": 320}


def price(name, count=1):
    """Cents for `count` pieces."""
    return PRICES[name] * count


def total(basket):
    """Cents for everything in the basket, a mapping of names to counts."""
    return sum(price(name, count) for name, count in basket.items())
'''

_REPORT = '''"""A receipt as lines of text."""

from shop.money import shown
from shop.prices import price, total


def lines(basket):
    """One line an article, and the sum."""
    rows = [f"{count:3} {name:10} {shown(price(name, count)):>8}" for name, count in basket.items()]
    return [*rows, f"    {'sum':10} {shown(total(basket)):>8}"]
'''

_TEST_MONEY = """import unittest

from shop.money import rounded, shown


class Money(unittest.TestCase):
    def test_half_a_cent_goes_up(self):
        self.assertEqual([rounded(0.5), rounded(1.5), rounded(2.5)], [1, 2, 3])

    def test_cents_have_two_digits(self):
        self.assertEqual(shown(1005), "10.05")
"""

_TEST_PRICES = """import unittest

from shop.prices import price, total


class Prices(unittest.TestCase):
    def test_one_piece(self):
        self.assertEqual(price("apple"), 40)

    def test_a_basket(self):
        self.assertEqual(total({"apple": 2, "bread": 1}), 330)
"""

_TEST_REPORT = """import unittest

from shop.report.text import lines


class Report(unittest.TestCase):
    def test_the_sum_stands_last(self):
        self.assertEqual(lines({"apple": 2})[-1].split(), ["sum", "0.80"])
"""

LANES_YAML = """# The demo's four lanes. `cockpit check` explains this file.
target: main
worktrees: "../{repo}-{lane}"

agents:
  demo-alpha: {preset: demo, args: ["alpha"], env: {DEMO_PACE: "@PACE@"}}
  demo-beta: {preset: demo, args: ["beta"], env: {DEMO_PACE: "@PACE@"}}
  demo-gamma: {preset: demo, args: ["gamma"], env: {DEMO_PACE: "@PACE@"}}
  demo-delta: {preset: demo, args: ["delta"], env: {DEMO_PACE: "@PACE@"}}

lanes:
  alpha:
    key: A
    title: Quantity discount
    agent: demo-alpha
    zone: {include: ["shop/prices.py", "tests/test_discount.py"]}
  beta:
    key: B
    title: Sales tax
    agent: demo-beta
    zone: {include: ["shop/prices.py", "tests/test_tax.py"]}
  gamma:
    key: C
    title: Rounding
    agent: demo-gamma
    zone: {include: ["shop/money.py", "tests/test_money.py"]}
  delta:
    key: D
    title: Export
    agent: demo-delta
    zone: {include: ["shop/report/**", "tests/test_export.py"]}

zones:
  outside: block

gate:
  run: ["python3 -m unittest -q"]
  timeout: 1m
"""

_ADA, _LIN, _SAM = "Ada Example", "Lin Example", "Sam Example"

COMMITS = (
    Commit(_ADA, "Start the till", {"README.md": _README.split("\n\n    ")[0] + "\n"}),
    Commit(_ADA, "Ignore what Python leaves behind", {".gitignore": "__pycache__/\n*.pyc\n"}),
    Commit(_LIN, "Show cents for people", {"shop/__init__.py": "", "shop/money.py": _MONEY_FIRST}),
    Commit(_SAM, "Name the first prices", {"shop/prices.py": _PRICES_FIRST}),
    Commit(_LIN, "Round half a cent upwards", {"shop/money.py": _MONEY}),
    Commit(_LIN, "Test money", {"tests/__init__.py": "", "tests/test_money.py": _TEST_MONEY}),
    Commit(_SAM, "Sell coffee, add up baskets", {"shop/prices.py": _PRICES}),
    Commit(_SAM, "Test prices", {"tests/test_prices.py": _TEST_PRICES}),
    Commit(
        _ADA,
        "Print a receipt",
        {"shop/report/__init__.py": "", "shop/report/text.py": _REPORT},
    ),
    Commit(_ADA, "Test the receipt", {"tests/test_report.py": _TEST_REPORT}),
    Commit(_LIN, "Say how to run the tests", {"README.md": _README}),
    Commit(
        _ADA,
        "Set up four lanes, keep tasks and results out of the history",
        {".gitignore": "__pycache__/\n*.pyc\n/tasks/\n/results/\n", "lanes.yaml": LANES_YAML},
    ),
)


def _task(title: str, lane: str, zone: str, text: str) -> str:
    header = f"title: {title}\nlane: {lane}\nzone: {zone}\ntest: python3 -m unittest -q"
    return f"---\n{header}\n---\n\n{text}\n"


TASKS: Mapping[str, str] = {
    "task-001-discount.md": _task(
        "A tenth off from ten pieces on",
        "alpha",
        "shop/prices.py, tests/test_discount.py",
        "Who buys ten pieces or more of an article pays a tenth less for it.",
    ),
    "task-002-tax.md": _task(
        "Prices with sales tax",
        "beta",
        "shop/prices.py, tests/test_tax.py",
        "`price` takes a tax rate; the default is none.",
    ),
    "task-003-rounding.md": _task(
        "Safe rounding of large sums",
        "gamma",
        "shop/money.py, tests/test_money.py",
        "Adding 0.5 loses precision above 2^52 cents.",
    ),
    "task-004-export.md": _task(
        "The report as CSV",
        "delta",
        "shop/report/**, tests/test_export.py",
        "One line for each article: name, count, cents.",
    ),
}
