"""The docs keep up with the code."""

import re
import tomllib
from pathlib import Path

import clearbell
from clearbell.cli.main import _BRANCHES

ROOT = Path(__file__).resolve().parents[1]


def test_every_runtime_dependency_is_named_with_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.match(r"[a-z0-9-]+", line)[0] for line in project["dependencies"]}
    told = set(re.findall(r"^\| ([a-z0-9-]+) \| ", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)) - {
        "package"
    }
    assert told == needed


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == clearbell.__version__
    assert f"## {clearbell.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_room_is_in_the_house_plan():
    rooms = {path.name for path in (ROOT / "src" / "clearbell").iterdir() if (path / "__init__.py").exists()}
    plan = (ROOT / "docs" / "architecture.md").read_text()
    assert {room for room in rooms if f"`{room}/`" not in plan} <= {"packs"}


def test_links_in_the_docs_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_module_is_too_long():
    for path in (ROOT / "src").rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 500, path


def test_every_command_can_be_imported():
    import importlib

    for _, target, _ in _BRANCHES:
        module, _, name = target.partition(":")
        assert hasattr(importlib.import_module(module), name)
