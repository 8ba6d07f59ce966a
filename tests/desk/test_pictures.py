"""The pictures of the desk in the documents are drawn from the desk itself."""

import sys
from html import unescape
from pathlib import Path

import pytest

from tests.support.cli import ROOT

SHOWS = {
    "desk.svg": ("全部未结束", "经过", "全部按键"),
    "desk-paste.svg": ("草稿", "原话", "没有放进草稿"),
    "desk-follow.svg": ("已报价，周三问结果", "问结果"),
}


def test_the_pictures_show_the_day_a_paste_and_a_follow_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "docs"), *sys.path])
    for name in ("DEMANDCTL_DB", "DEMANDCTL_CONFIG", "DEMANDCTL_NOW", "DEMANDCTL_USER"):
        monkeypatch.setenv(name, "")  # put back when the test ends
    from make_desk import draw  # type: ignore[import-not-found]

    draw(tmp_path)
    for name, words in SHOWS.items():
        drawn, kept = (unescape((folder / name).read_text(encoding="utf-8")) for folder in (tmp_path, ROOT / "docs"))
        for word in words:
            assert word in drawn, name
            assert word in kept, name
