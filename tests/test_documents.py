"""What is generated from the program says what the program says: ``make docs`` writes it anew."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("script", ["make_reference.py", "make_rules.py", "make_tour.py"])
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


def test_every_document_that_the_readme_names_is_there() -> None:
    import re

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)h][^)]*)\)", text):
        assert (ROOT / target).exists(), target
