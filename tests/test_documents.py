"""What is generated from the program says what the program says: ``make docs`` writes it anew."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Cli

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("script", ["make_reference.py", "make_man.py", "make_rules.py", "make_tour.py"])
def test_the_documents_show_what_the_program_says(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / script), "--check"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_changelog_keeps_what_is_unreleased_on_top() -> None:
    heads = [
        line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")
    ]
    assert heads[0] == "## [Unreleased]"


def test_the_layout_for_contributors_names_every_module_and_no_other() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    layout = text[text.index("src/demandctl/\n") : text.index("\ntests/")]
    source = ROOT / "src" / "demandctl"
    named: dict[str, set[str]] = {"": set()}
    room = ""
    for line in layout.splitlines()[1:]:
        head = re.match(r"  (\w+)(/|\.py) ", line)
        if head and head[2] == "/":
            room = head[1]
            named[room] = set()
        elif head:
            named[""].add(head[1])
        else:
            named[room] |= set(line.split())
    there = {path.parent.name: set[str]() for path in source.glob("*/__init__.py")} | {"": set()}
    for path in source.rglob("[!_]*.py"):
        folder, *rest = [*path.relative_to(source).parts[:-1], path.stem] if path.parent != source else ["", path.stem]
        there[folder].add("/".join(rest))
    assert {name: modules for name, modules in named.items() if name != "data"} == there


def test_every_document_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)h][^)]*)\)", text):
        assert (ROOT / target).exists(), target


def test_every_rule_that_ships_stands_in_the_document() -> None:
    rules = (ROOT / "src" / "demandctl" / "data" / "rules.toml").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    for rule in re.findall(r'^id = "(.+)"', rules, flags=re.MULTILINE):
        assert f"| `{rule}` |" in text


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", "bash-completion/completions/demandctl"),
        ("zsh", "zsh/site-functions/_demandctl"),
        ("fish", "fish/vendor_completions.d/demandctl.fish"),
    ],
)
def test_a_wheel_installs_the_completion_that_the_program_prints(cli: Cli, shell: str, place: str) -> None:
    assert (ROOT / "share" / place).read_text(encoding="utf-8") == cli("completion", "show", "--shell", shell).out


@pytest.mark.parametrize(
    "checker", [["groff", "-ww", "-k", "-man", "-Tutf8"], ["mandoc", "-Tlint", "-Wwarning"]], ids=lambda c: str(c[0])
)
def test_the_manual_page_is_read_without_complaint(checker: list[str]) -> None:
    if shutil.which(checker[0]) is None:
        pytest.skip(f"no {checker[0]} here")
    page = ROOT / "share" / "man" / "man1" / "demandctl.1"
    done = subprocess.run([*checker, str(page)], capture_output=True, text=True, check=False)
    complaints = done.stderr or (done.stdout if checker[0] == "mandoc" else "")
    assert (done.returncode, complaints) == (0, "")
