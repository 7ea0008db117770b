"""docs/reference/hooks has one page for each hook, made of the code: signature, stability, record type, who uses it."""

import ast
import inspect
import os
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest

from koschuso.plugin import hookspecs
from koschuso.plugin.hookspecs import HOOKS
from koschuso.plugin.registry import Registry
from koschuso.stability import Stability

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "hooks"
UPDATE = bool(os.environ.get("KOSCHUSO_UPDATE_GOLDEN"))
STABILITY = {
    Stability.STABLE: "stable: it changes only by addition",
    Stability.PROVISIONAL: "provisional: it may change in any minor version until 1.0",
}


def parts(docstring):
    """Cut a Google docstring into its prose and its sections."""
    cut = re.split(r"^(Returns|Examples|Attributes|Raises):\n", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return cut[0].strip(), dict(zip(cut[1::2], map(inspect.cleandoc, cut[2::2]), strict=True))


def code(text):
    """Prose of a docstring in Markdown."""
    return re.sub(r"(?<!`)``(?!`)(.+?)``", r"`\1`", " ".join(text.split()))


def default_of(field):
    default = field.default
    if default is attrs.NOTHING:
        return "**required**" if field.init else "derived"
    if isinstance(default, attrs.Factory):
        made = None if default.takes_self else default.factory()
        return f"`{made.value}`" if isinstance(made, Enum) else "empty"
    if callable(default):
        return "built in"
    if default is None or (not default and default is not False and default != 0):
        return "none" if default is None or not isinstance(default, str) else "empty"
    if isinstance(default, tuple):
        return ", ".join(f"`{getattr(value, 'value', value)}`" for value in default)
    return f"`{getattr(default, 'value', default)}`"


def attributes(record_type):
    """The attributes of a record type as its docstring explains them; every one must be explained."""
    _, sections = parts(record_type.__doc__)
    described = {
        found[1]: code(found[2])
        for found in re.finditer(r"^(\w+): (.*(?:\n[ ]+.*)*)", sections["Attributes"], re.MULTILINE)
    }
    for field in attrs.fields(record_type):
        if field.name.startswith("_"):
            continue
        default = default_of(field)
        yield f"| `{field.name}` | {default} | {described[field.name]} |"


def examples(text):
    """A doctest as plain code, formatted as one writes it in a module."""
    lines = []
    for line in text.splitlines():
        if not line.startswith((">>> ", "... ")):
            continue
        lines.append(line[4:])
    formatter = [sys.executable, "-m", "ruff", "format", "--config", str(ROOT / "pyproject.toml"), "-"]
    return subprocess.run(formatter, input="\n".join(lines), capture_output=True, text=True, check=True).stdout.rstrip()


def users(hook):
    """The plugins of this repository that implement a hook."""
    for path in sorted((ROOT / "plugins").glob("*/src/*/**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == hook for node in tree.body):
            name = path.relative_to(ROOT / "plugins").parts[0]
            yield f"[{name}](../../../plugins/{name}/README.md)"


def page(hook):
    prose, sections = parts(getattr(hookspecs, hook.name).__doc__)
    summary, _, rest = prose.partition("\n\n")
    record = hook.record_type()
    record_prose, _ = parts(record.__doc__)
    used = ", ".join(dict.fromkeys(users(hook.name)))
    lines = [
        f"# {hook.name}",
        "",
        code(summary),
        "",
        "```text",
        f"{hook.name}() -> Iterable[{hook.type_name}]",
        "```",
        "",
        *(f"{code(paragraph)}\n" for paragraph in rest.split("\n\n") if paragraph),
        f"Stability: {STABILITY[hook.stability]} ([policy](../stability.md)).",
        "",
        "## Example",
        "",
        "```python",
        examples(sections["Examples"]),
        "```",
        "",
        f"## {hook.type_name}",
        "",
        code(record_prose),
        "",
        "| attribute | default | meaning |",
        "|---|---|---|",
        *attributes(record),
        "",
        f"Used by: koschuso itself{', ' + used if used else ''}.",
        "",
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("hook", HOOKS.values(), ids=lambda hook: hook.name)
def test_the_page_of_a_hook_says_what_the_code_says(hook):
    path = PAGES / f"{hook.name}.md"
    if UPDATE:
        PAGES.mkdir(exist_ok=True)
        path.write_text(page(hook), encoding="utf-8")

    assert path.read_text(encoding="utf-8") == page(hook)


@pytest.mark.parametrize("hook", HOOKS.values(), ids=lambda hook: hook.name)
def test_the_example_of_a_page_is_a_plugin_that_is_taken(hook):
    text = (PAGES / f"{hook.name}.md").read_text(encoding="utf-8")
    plugin = {}
    exec(re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1], plugin)  # noqa: S102 - our own page

    registry = Registry.load(given={"muster": SimpleNamespace(**{hook.name: plugin[hook.name]})})
    offered = (
        registry.catalogues["taetigkeitsprofil"].extensions
        if hook.offers == "catalogues"
        else [name for name in getattr(registry, hook.offers) if name.startswith("muster:")]
    )

    assert registry.failures == ()
    assert len(offered) == 1


def test_there_is_no_page_for_a_hook_that_does_not_exist():
    assert {path.stem for path in PAGES.glob("koschuso_*.md")} == set(HOOKS)
