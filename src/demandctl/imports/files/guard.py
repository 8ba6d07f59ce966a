"""What a file really is, and whether opening it is safe: told from its bytes before a reader touches it.

A workbook is a zip archive of XML. A few kilobytes of it can unpack to gigabytes, two cells at opposite corners can ask
for a table of billions, and XML can name files of this machine: all of that is refused here, in bounded memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from demandctl.errors import Refused

MAX_FILE = 200 * 1024 * 1024
MAX_TEXT = 40 * 1024 * 1024
"""A .csv is held as bytes, as text and as cells at once; 100,000 demands are less."""
MAX_TEXT_CELLS = 3_000_000
MAX_UNPACKED = 400 * 1024 * 1024
"""A workbook of 100,000 demands with their follow-ups unpacks to less."""
MAX_RATIO = 300
"""XML of real tables packs 10 to 60 times; a bomb about 1,000 times."""
RATIO_MATTERS = 30 * 1024 * 1024
MAX_STRING = 2 * 1024 * 1024
"""Excel itself keeps no more than 32,767 characters in a cell."""
MAX_CELLS = 6_000_000
"""A table is held whole, from its first to its last cell, empty ones too."""
MAX_MEMBERS = 5_000

_CHUNK = 1024 * 1024
_DEFLATE = 1032  # the most that one deflated byte can become
_DOCTYPES = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)
_WIDE = re.compile(rb"""r\s*=\s*["']([A-Z]{2,3})[0-9]""")
_CELL = re.compile(rb"""[\s"']r\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_LAST = 8192
_ODS_ROW = "table-row"
_ODS_CELLS = ("table-cell", "covered-table-cell")


def check_size(path: Path, size: int, most: int = MAX_FILE) -> None:
    """Refuse a file that is too large to hold."""
    if size > most:
        raise Refused(f"{path.name} 太大（{size // 1024 // 1024} MB）", "请按月份或年份拆成几个文件再导入")


def check_compound(path: Path) -> None:
    """Refuse a compound file (.xls) that is encrypted, or holds no workbook."""
    data = path.read_bytes()
    if any(name.encode("utf-16-le") in data for name in ("EncryptedPackage", "EncryptionInfo")) or _is_scrambled(data):
        raise encrypted(path)
    if "WordDocument".encode("utf-16-le") in data:
        raise Refused(f"{path.name} 其实是 Word 文件，不是表格", "把表格复制到 Excel 里另存为 .xlsx，再导入")


_BOF = (b"\x09\x08\x10\x00\x00\x06", b"\x09\x08\x08\x00\x00\x05")
_FILEPASS = 0x2F
_SECTOR = 512


def _is_scrambled(data: bytes) -> bool:
    """Whether a workbook stream says among its first records that a password scrambles the rest."""
    for start in range(_SECTOR, len(data), _SECTOR):
        if not data.startswith(_BOF, start):
            continue
        place = start
        for _ in range(8):
            kind, length = (
                int.from_bytes(data[place : place + 2], "little"),
                int.from_bytes(data[place + 2 : place + 4], "little"),
            )
            if kind == _FILEPASS:
                return True
            place += 4 + length
    return False


def incomplete(path: Path) -> Refused:
    """An archive that is broken."""
    return Refused(f"{path.name} 不完整或已损坏", "重新复制或下载一份，用 Excel 能打开再导入")


def check_markup(path: Path, text: bytes | str) -> None:
    """Refuse XML that names entities of its own: they can name files of this machine, and fill the memory."""
    entity: bytes | str = b"<!ENTITY" if isinstance(text, bytes) else "<!ENTITY"
    doctype: bytes | str = b"<!DOCTYPE" if isinstance(text, bytes) else "<!DOCTYPE"
    if entity in text or doctype in text:  # type: ignore[operator]
        raise Refused(f"{path.name} 里有外部引用（XML 实体），不安全，没有打开", "用 Excel 打开，另存为新文件再导入")


def encrypted(path: Path) -> Refused:
    return Refused(f"{path.name} 有密码，打不开", "在 Excel 里取消密码（文件→信息→保护工作簿）后另存，再导入")


def repeats_itself(path: Path) -> bool:
    """Whether a small archive could fill the memory: a text that many cells share is held for each of them."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "xl/sharedStrings.xml" not in names:
            return False
        with archive.open("xl/sharedStrings.xml") as stream:
            longest = _longest_piece(stream, b"</si>")
        if longest > MAX_STRING:
            raise Refused(
                f"{path.name} 一个格子里就有 {longest // 1024 // 1024} MB 文字，不像正常的表格，没有打开",
                "删去那样的格子，另存后再导入",
            )
        if longest < 4096:
            return False
        cells = 0
        for name in names:
            if "worksheets/" in name:
                with archive.open(name) as stream:
                    while chunk := stream.read(_CHUNK):
                        cells += chunk.count(b't="s"')
    return cells * longest > MAX_UNPACKED


def _longest_piece(stream: IO[bytes], end: bytes) -> int:
    """The length of the longest part of a stream between two ends, in the memory of a chunk."""
    longest = run = 0
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, last = (rest + chunk).split(end)
        for piece in whole:
            longest, run = max(longest, run + len(piece)), 0
        rest = last[-len(end) :]  # an end may lie across two chunks
        run += len(last) - len(rest)
    return max(longest, run + len(rest))


def check_archive(path: Path) -> None:
    """Refuse an archive that is encrypted, broken, or would unpack to more than a table is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(path, members)
            _check_manifest(path, archive)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".bin")):
                    with archive.open(member) as stream:
                        _check_member(path, member, stream)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        raise incomplete(path) from error
    except (NotImplementedError, RuntimeError) as error:
        raise Refused(f"{path.name} 的压缩方式不认识或有密码", "用 Excel 打开，另存为 .xlsx 再导入") from error


def _check_sizes(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise encrypted(path)
    names = {member.filename for member in members}
    if not names & {"[Content_Types].xml", "content.xml", "mimetype"}:
        raise Refused(f"{path.name} 是压缩包，不是表格文件", "先解压，再导入里面的 .xlsx")
    unpacked = sum(member.file_size for member in members)
    bloated = any(m.file_size > RATIO_MATTERS and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members)
    if unpacked > MAX_UNPACKED or bloated or len(members) > MAX_MEMBERS:
        raise Refused(
            f"{path.name} 展开后有 {unpacked // 1024 // 1024} MB，不像正常的表格，没有打开",
            "只留需要的行，另存为新文件再导入",
        )


_MANIFEST = "META-INF/manifest.xml"


def _check_manifest(path: Path, archive: zipfile.ZipFile) -> None:
    """An encrypted .ods says so here; its other parts are noise then, and look damaged."""
    names = archive.namelist()
    if "encrypted-package" in names:
        raise encrypted(path)
    if _MANIFEST in names:
        with archive.open(_MANIFEST) as stream:
            if b"encryption-data" in stream.read(_CHUNK):
                raise encrypted(path)


def _check_member(path: Path, member: zipfile.ZipInfo, stream: IO[bytes]) -> None:
    """One part of the archive: its head for entities, and what a reader would have to hold of it.

    The sizes that the archive declares may be lies; a part is unpacked as a check only when it could matter.
    """
    first = stream.read(_CHUNK)
    if any(word in first for word in _DOCTYPES):
        raise Refused(f"{path.name} 里有外部引用（XML 实体），不安全，没有打开", "用 Excel 打开，另存为新文件再导入")
    if member.filename == "content.xml":
        check_cells(path, stream, first)
        return
    is_sheet = "worksheets/" in member.filename and member.filename.endswith(".xml")
    if not is_sheet and member.compress_size * _DEFLATE <= MAX_UNPACKED:
        return
    _check_sheet(path, first, stream, is_sheet)


def _check_sheet(path: Path, first: bytes, stream: IO[bytes], is_sheet: bool) -> None:
    """Unpack a part to the end (which proves its size and checksum) and refuse a table too large to hold."""
    column = row = 0
    chunk, tail = first, b""
    while chunk:
        if is_sheet:
            window = tail + chunk
            # A reader takes the last cell's row and the widest column; one letter is 26 columns at most.
            # Cells that are only formatted close themselves, and no reader holds them: <c r="A9" s="1"/>.
            end = max(window.rfind(b"</c>"), window.rfind(b":c>"))
            rows = [int(ref[1]) for ref in _CELL.findall(window[max(end - _LAST, 0) : max(end, 0)])]
            row = max(row, *rows, 0)
            column = max(column, 26, *map(_number, set(_WIDE.findall(window))))
            if row * column > MAX_CELLS:
                raise Refused(
                    f"{path.name} 的表格有 {row} 行 {column} 列，太大了，没有打开",
                    "删去表格外多余的行列，另存后再导入",
                )
            tail = window[-40:]
        chunk = stream.read(_CHUNK)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_cells(path: Path, stream: IO[bytes], first: bytes = b"") -> None:
    """Count the cells that the repetitions of an .ods stand for, trailing empty ones aside."""
    from xml.parsers import expat

    counter = _OdsCounter()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = counter.start, counter.end
    try:
        chunk = first or stream.read(_CHUNK)
        while chunk:
            parser.Parse(chunk)
            if counter.cells > MAX_CELLS:
                raise Refused(f"{path.name} 的表格展开后太大，没有打开", "删去多余的行列，另存后再导入")
            chunk = stream.read(_CHUNK)
    except expat.ExpatError as error:
        raise incomplete(path) from error


class _OdsCounter:
    """How many cells a reader would hold of the tables of an .ods: up to the last filled one of each."""

    def __init__(self) -> None:
        self.cells = 0
        self._rows = self._row_repeat = self._columns = self._widest = self._column = 0
        self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "table":
            self._rows = self._widest = 0
        elif local == _ODS_ROW:
            self._row_repeat = _repeat(attributes, "number-rows-repeated")
            self._column = self._columns = 0
            self._filled = False
        elif local in _ODS_CELLS:
            self._column += _repeat(attributes, "number-columns-repeated")
            if any(key.endswith(" value-type") for key in attributes):
                self._filled, self._columns = True, self._column

    def end(self, name: str) -> None:
        if name.rpartition(" ")[2] == _ODS_ROW:
            self._rows += self._row_repeat
            if self._filled:
                self._widest = max(self._widest, self._columns)
                self.cells = max(self.cells, self._rows * self._widest)


def _repeat(attributes: dict[str, str], name: str) -> int:
    value = next((text for key, text in attributes.items() if key.endswith(f" {name}")), "1")
    return int(value) if value.isdecimal() and len(value) < 10 else 1
