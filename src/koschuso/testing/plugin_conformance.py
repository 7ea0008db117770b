"""`PluginConformance`: the contract of plugins as tests, three lines for whoever writes a plugin.

    class TestMuster(PluginConformance):
        @pytest.fixture
        def plugin(self):
            return "muster"                     # entry-point name, or the module koschuso_muster

The checks themselves need no pytest (`koschuso.plugin.checks`); ``koschuso plugins --check`` runs the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from koschuso.plugin.checks import CLAUSES, CheckReport, Verdict, check_plugin
from koschuso.testing.clauses import Clause, Contract, clause, not_applicable, tell_subject

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["PLUGIN_CONTRACT", "PluginConformance"]

PLUGIN_CONTRACT = Contract(
    name="plugin",
    version=1,
    title="Plugin",
    document="docs/contract/plugin.md",
    clauses=tuple(Clause(id=known.id, title=known.title) for known in CLAUSES.values()),
)

_REPORTS: pytest.StashKey[dict[tuple[object, str], CheckReport]] = pytest.StashKey()


def _meets(checked: CheckReport, id: str) -> None:  # noqa: A002 - the clause's own term
    if checked.verdict(id) is Verdict.NOT_APPLICABLE:
        not_applicable(checked.skipped[id])
    found = checked.of(id)
    if found:
        lines = (
            f"{id}: {f'{one.offer}: ' if one.offer else ''}{one.message}{f' ({one.place})' if one.place else ''}"
            for one in found
        )
        pytest.fail("\n".join(lines), pytrace=False)


class PluginConformance:
    """The contract of plugins; subclass it and give it the fixture `plugin`."""

    koschuso_contract = PLUGIN_CONTRACT

    @pytest.fixture
    def plugin(self) -> str | ModuleType | object:
        """Give the plugin: its entry-point name, its module, or an object with hooks."""
        raise NotImplementedError("give the plugin: its entry-point name or its module")

    @pytest.fixture
    def plugin_name(self) -> str:
        """Give the entry-point name where it cannot be told: of an object, or of a module without metadata."""
        return ""

    @pytest.fixture
    def checked(self, request: pytest.FixtureRequest, plugin: object, plugin_name: str) -> CheckReport:
        """Check the plugin, once in a session."""
        reports = request.session.stash.setdefault(_REPORTS, {})
        key = (plugin if isinstance(plugin, str) else id(plugin), plugin_name)
        if key not in reports:
            reports[key] = check_plugin(plugin, name=plugin_name)
        found = reports[key]
        tell_subject(request, name=found.plugin, distribution=found.distribution, version=found.version)
        return found

    @clause("R1")
    def test_r1_the_distribution_needs_koschuso_within_bounds(self, checked: CheckReport) -> None:
        """The requirement has a lower and an upper bound."""
        _meets(checked, "R1")

    @clause("R2")
    def test_r2_the_installed_koschuso_is_within_them(self, checked: CheckReport) -> None:
        """The version at hand meets the requirement."""
        _meets(checked, "R2")

    @clause("N1")
    def test_n1_the_plugin_and_its_offers_are_named_as_they_must(self, checked: CheckReport) -> None:
        """Every offer's name begins with the plugin's."""
        _meets(checked, "N1")

    @clause("N2", tier="should")
    def test_n2_distribution_and_module_are_named_after_the_plugin(self, checked: CheckReport) -> None:
        """Offices find a plugin by its name."""
        _meets(checked, "N2")

    @clause("I1")
    def test_i1_only_public_modules_are_imported(self, checked: CheckReport) -> None:
        """Neither source nor run imports what is private to koschuso."""
        _meets(checked, "I1")

    @clause("I2")
    def test_i2_importing_it_loads_nothing_heavy(self, checked: CheckReport) -> None:
        """The import budget is kept."""
        _meets(checked, "I2")

    @clause("I3", tier="should")
    def test_i3_importing_it_loads_nothing_foreign(self, checked: CheckReport) -> None:
        """Other distributions are imported by who needs them."""
        _meets(checked, "I3")

    @clause("H1")
    def test_h1_it_loads_registers_and_answers(self, checked: CheckReport) -> None:
        """The registry leaves out nothing of it."""
        _meets(checked, "H1")

    @clause("H2")
    def test_h2_every_hook_answers_the_same_twice(self, checked: CheckReport) -> None:
        """Offers depend on nothing."""
        _meets(checked, "H2")

    @clause("H3")
    def test_h3_loading_and_asking_change_nothing(self, checked: CheckReport) -> None:
        """No file, no connection, no output, nothing shared is touched."""
        _meets(checked, "H3")

    @clause("H4")
    def test_h4_it_ends_and_ends_nothing_else(self, checked: CheckReport) -> None:
        """It neither hangs nor exits."""
        _meets(checked, "H4")

    @clause("L1")
    def test_l1_every_offer_has_a_label(self, checked: CheckReport) -> None:
        """People read labels, not keys."""
        _meets(checked, "L1")

    @clause("L2", tier="advisory")
    def test_l2_fields_and_reports_are_explained(self, checked: CheckReport) -> None:
        """One sentence says what to enter or what it tells."""
        _meets(checked, "L2")

    @clause("D1")
    def test_d1_every_field_states_its_privacy_class(self, checked: CheckReport) -> None:
        """How far a value may travel is decided, not left out."""
        _meets(checked, "D1")

    @clause("D2")
    def test_d2_who_keeps_personal_data_offers_a_data_holder(self, checked: CheckReport) -> None:
        """What is kept outside the store can be told and erased."""
        _meets(checked, "D2")

    @clause("D3")
    def test_d3_data_holders_answer(self, checked: CheckReport) -> None:
        """An unknown person has nothing to be told and nothing to be erased."""
        _meets(checked, "D3")

    @clause("F1")
    def test_f1_fields_belong_to_known_kinds_and_catalogues(self, checked: CheckReport) -> None:
        """A field of an unknown kind is never seen."""
        _meets(checked, "F1")

    @clause("C1", tier="should")
    def test_c1_own_entries_count_under_shared_keys(self, checked: CheckReport) -> None:
        """A statewide sum has no hole."""
        _meets(checked, "C1")

    @clause("B1")
    def test_b1_rules_run_on_any_office(self, checked: CheckReport) -> None:
        """They neither crash nor change their mind."""
        _meets(checked, "B1")

    @clause("B2")
    def test_b2_reports_are_built_from_any_office(self, checked: CheckReport) -> None:
        """They neither crash nor look at the clock."""
        _meets(checked, "B2")
