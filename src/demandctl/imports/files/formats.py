"""What a file is, told from its bytes: its name may say anything."""

from __future__ import annotations

import zipfile
from enum import Enum, auto
from pathlib import Path

from demandctl.errors import Refused
from demandctl.imports.files import guard

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
"""How a workbook of Excel 2 to 5 begins that is no compound file."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_HEAD = 65_536

_NOT_TABLES = (
    (b"%PDF", "PDF 文件", "在能复制表格的地方另存为 Excel，再导入"),
    (b"{\\rtf", "Word 文件（RTF）", "把表格复制到 Excel 里另存为 .xlsx，再导入"),
    (b"\x89PNG", "图片", "请要一份能编辑的表格"),
    (b"\xff\xd8\xff", "图片", "请要一份能编辑的表格"),
    (b"GIF8", "图片", "请要一份能编辑的表格"),
    (b"Rar!", "压缩包", "先解压，再导入里面的表格"),
    (b"7z\xbc\xaf", "压缩包", "先解压，再导入里面的表格"),
    (b"\x1f\x8b", "压缩包", "先解压，再导入里面的表格"),
    (b"SQLite format 3", "数据库文件", "从原来的程序里导出为 Excel，再导入"),
)


class Format(Enum):
    """A way in which tables are written."""

    XLSX = auto()
    XLSB = auto()
    ODS = auto()
    XLS = auto()
    FODS = auto()
    SPREADSHEETML = auto()
    PAGE = auto()
    MAIL = auto()
    """A web page with its parts in one file, .mht."""
    TEXT = auto()


def format_of(path: Path) -> Format:
    """What a file is; Refused for whatever is no table or not safe to open."""
    size = path.stat().st_size
    if size == 0:
        raise Refused(f"{path.name} 是空文件")
    guard.check_size(path, size)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PK"):
        return _archive(path)
    if head.startswith(_OLE):
        guard.check_compound(path)
        return Format.XLS
    for start, what, hint in _NOT_TABLES:
        if head.startswith(start):
            raise Refused(f"{path.name} 其实是{what}，不是表格", hint)
    if head.startswith(_BIFF):
        raise Refused(f"{path.name} 是很旧的 Excel 格式，读不了", "用 Excel 打开，另存为 .xlsx 再导入")
    guard.check_size(path, size, guard.MAX_TEXT)
    return _written(head)


def _archive(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise guard.incomplete(path) from error
    if any(name.endswith(".iwa") or name in ("Index.zip", "buildVersionHistory.plist") for name in names):
        raise Refused(f"{path.name} 是 Numbers 表格，读不了", "在 Numbers 里导出为 Excel（文件→导出为→Excel），再导入")
    for folder, what in (("word/", "Word 文件"), ("ppt/", "幻灯片")):
        if any(name.startswith(folder) for name in names):
            raise Refused(f"{path.name} 其实是{what}，不是表格", "把表格复制到 Excel 里另存为 .xlsx，再导入")
    guard.check_archive(path)
    if "content.xml" in names:
        return Format.ODS
    return Format.XLSB if any(name.endswith("workbook.bin") for name in names) else Format.XLSX


def _written(head: bytes) -> Format:
    """What kind of text a file is by its beginning."""
    begin = head[:2]
    text = head.decode(_WIDE[begin], "ignore") if begin in _WIDE else head.decode("latin-1")
    text = text.lstrip("\ufeff\xef\xbb\xbf \r\n\t").lower()
    if not text.startswith("<"):
        mail = text.startswith(("mime-version:", "from:", "content-type:")) and "multipart/related" in text
        return Format.MAIL if mail else Format.TEXT
    if "urn:schemas-microsoft-com:office:spreadsheet" in text and "<html" not in text[:2000]:
        return Format.SPREADSHEETML
    if "urn:oasis:names:tc:opendocument" in text:
        return Format.FODS
    return Format.PAGE
