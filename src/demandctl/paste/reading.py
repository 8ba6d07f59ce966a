"""What pastes are read with: the keyword table with the user's own words, the sentences, and her own demands."""

from __future__ import annotations

import re

from demandctl import DATA
from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.paste import details
from demandctl.paste.compiled import keep_patterns, recalled
from demandctl.paste.details import Detail
from demandctl.paste.judging import Judge
from demandctl.paste.keywords import Plain, wording_of
from demandctl.paste.learnt import Counts, Learnt, counted, sentences
from demandctl.paste.matters import cue_text
from demandctl.queries.reader import Reader

RECENT = 5000
"""Her own demands are looked for among so many of the latest, however long the ledger is."""

OWN = 200
"""So many of them are learnt at most."""


def judge_of(reader: Reader) -> Judge:
    """The two readers, what is costly in them out of the user's cache folder."""
    folder = reader.context.cache_folder
    table, extra = _shipped("keywords.toml"), _own_words(reader.context)
    wording = wording_of(_plain(reader.context))
    keep_patterns()
    known = _shipped("sentences.txt")
    key = f"{table}\0{extra}\0{known}".encode()  # the table tells machines and parts in them
    counts = recalled(folder and folder / "sentences.bin", key, lambda: tuple(counted(sentences(known), wording)))
    return Judge(wording, Learnt(Counts(*counts), wording, own_demands(reader)))


def urgency_told(context: Context, text: str) -> Detail | None:
    """How urgent a text says it is, by the same words as in a paste."""
    patterns = _plain(context)["urgency"]
    return details.first_of({name: re.compile(patterns[name], re.IGNORECASE) for name in patterns}, cue_text(text))


def _plain(context: Context) -> Plain:
    folder, table, extra = context.cache_folder, _shipped("keywords.toml"), _own_words(context)
    key = f"{table}\0{extra}".encode()
    plain: Plain = recalled(folder and folder / "keywords.bin", key, lambda: _table(table, extra))
    return plain


def _table(text: str, extra: str) -> Plain:
    from demandctl.paste.table import read_table  # with what reads TOML only where the cache has nothing

    return read_table(text, extra)


def _shipped(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def _own_words(context: Context) -> str:
    own = context.keywords_path
    try:
        return own.read_text(encoding="utf-8-sig") if own.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"关键词文件读不了：{own}（{error}）") from error


def own_demands(reader: Reader) -> list[tuple[str, str]]:
    """Demands out of pastes that the specialist recorded: class and words, the latest first."""
    rows = reader.rows(
        "SELECT kind, subtype, content FROM demand WHERE id > (SELECT coalesce(max(id), 0) FROM demand) - ? "
        "AND source <> '' AND subtype IS NOT NULL AND subtype <> 'other' ORDER BY id DESC LIMIT ?",
        (RECENT, OWN),
    )
    return [(f"{row['kind']}/{row['subtype']}", cue_text(row["content"])) for row in rows]
