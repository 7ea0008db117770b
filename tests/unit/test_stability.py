"""What is announced to go warns, keeps working, and is found when it is overdue."""

import sys
import types
import warnings

import pytest

import koschuso
from koschuso.stability import Deprecation, DeprecationNotice, ProvisionalWarning, deprecated, deprecations, is_overdue

MARK = {"since": "0.4", "removed_in": "0.6", "use": "new"}


def test_a_deprecated_function_warns_at_its_caller_and_does_its_work():
    @deprecated(**MARK)
    def old(number, *, times=1):
        """Multiply."""
        return number * times

    with pytest.warns(DeprecationNotice, match=r"old is deprecated since koschuso 0\.4 .* use new instead") as told:
        assert old(2, times=3) == 6
    assert told[0].filename == __file__
    assert old.__doc__ == "Multiply."


def test_a_deprecated_class_warns_when_an_instance_is_made_and_stays_itself():
    @deprecated(**MARK)
    class Old:
        def __init__(self, value):
            self.value = value

    with pytest.warns(DeprecationNotice) as told:
        made = Old(5)
    assert (isinstance(made, Old), made.value) == (True, 5)
    assert told[0].filename == __file__


@pytest.mark.parametrize(
    ("since", "removed_in"), [("0.4", "0.5"), ("0.4", "0.4"), ("1.2", "0.9"), ("soon", "0.6"), ("0.4", "later")]
)
def test_a_notice_that_is_too_short_or_unreadable_is_refused(since, removed_in):
    with pytest.raises(ValueError, match="version"):
        deprecated(since=since, removed_in=removed_in, use="new")


def test_the_next_major_version_is_notice_enough():
    deprecated(since="0.9", removed_in="1.0", use="new")


@pytest.fixture
def package(monkeypatch):
    """A package with one deprecation of each sort, one of them imported into a second module."""
    module = types.ModuleType("ageing")
    module.__path__ = []
    source = (
        "from koschuso.stability import deprecated\n"
        "mark = dict(since='0.4', removed_in='0.6', use='new')\n"
        "@deprecated(**mark)\ndef function(): ...\n"
        "@deprecated(**mark)\nclass Kind: ...\n"
        "class Holder:\n"
        "    @deprecated(**mark)\n    def method(self): ...\n"
        "    @classmethod\n    @deprecated(**mark)\n    def make(cls): ...\n"
        "alias = function\n"
    )
    exec(source, vars(module))  # noqa: S102 - a package of the test's own
    monkeypatch.setitem(sys.modules, "ageing", module)
    return module


def test_every_sort_of_deprecation_is_found_once(package):
    names = sorted(deprecation.name for deprecation in deprecations(package))

    assert names == ["ageing.Holder.make", "ageing.Holder.method", "ageing.Kind", "ageing.function"]


def test_a_class_that_holds_itself_does_not_end_the_search(package):
    package.Holder.itself = package.Holder

    assert len(list(deprecations(package))) == 4


@pytest.mark.parametrize(
    ("version", "overdue"), [("0.5.9", False), ("0.6.0", True), ("0.6.0.dev1", True), ("1.0", True)]
)
def test_something_is_overdue_from_the_version_that_was_announced(version, overdue):
    assert is_overdue(Deprecation("ageing.function", "0.4", "0.6", "new"), version) is overdue


def test_nothing_in_koschuso_is_overdue():
    """Whoever raises the version number removes what was announced to go."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        overdue = [found for found in deprecations(koschuso) if is_overdue(found, koschuso.__version__)]

    assert overdue == []


def test_provisional_warnings_are_for_those_who_test():
    """Offices do not see them: Python hides this category unless it is asked for."""
    assert issubclass(ProvisionalWarning, PendingDeprecationWarning)
