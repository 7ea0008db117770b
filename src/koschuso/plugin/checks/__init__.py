"""The contract of plugins as checks without a test runner: for ``koschuso plugins --check`` and for `PluginConformance`.

>>> from koschuso.plugin.checks import CLAUSES
>>> CLAUSES["R1"].tier.value
'must'
"""

from koschuso.plugin.checks.clause import CLAUSES, CheckReport, Clause, Shortfall, Tier, Verdict
from koschuso.plugin.checks.running import PATIENCE, check_installed, check_plugin

__all__ = [
    "CLAUSES",
    "PATIENCE",
    "CheckReport",
    "Clause",
    "Shortfall",
    "Tier",
    "Verdict",
    "check_installed",
    "check_plugin",
]
