"""The documentation of the limits says what the code does."""

import re
from pathlib import Path

import attrs

from koschuso.interchange import limits
from koschuso.interchange.notes import READING_RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "limits.md"
ROW = re.compile(
    r"^\| `([A-Z_]+)` \| (\d+) \|.*\| (?:`([a-z_.]+)`|\((?:refused|finding|none)\)) \| (?:`(\w+)` )?\|$", re.MULTILINE
)


def test_every_limit_is_documented_with_its_value():
    told = {name: int(value) for name, value, _, _ in ROW.findall(PAGE.read_text("utf-8"))}
    constants = {
        name: getattr(limits, name)
        for name in limits.__all__
        if name.isupper() and name not in {"DEFAULT_LIMITS", "UNLIMITED"}
    }
    assert told == constants


def test_every_field_of_limits_is_documented():
    told = {field for _, _, _, field in ROW.findall(PAGE.read_text("utf-8")) if field}
    assert told == {field.name for field in attrs.fields(limits.Limits)}


def test_every_limit_of_reading_has_a_rule():
    named = {rule for _, _, rule, _ in ROW.findall(PAGE.read_text("utf-8")) if rule and not rule.startswith("serie.")}
    assert named <= {rule.key for rule in READING_RULES}
