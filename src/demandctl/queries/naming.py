"""Whom a text names: the one contact or customer of that number, name, phone, or part."""

from __future__ import annotations

from demandctl.errors import NotFound, Several, UsageError
from demandctl.language.subject import About, Subject, read_number
from demandctl.queries.identity import ALSO
from demandctl.queries.reader import Reader
from demandctl.queries.search import SPELLED, typed_letters


def find_contact_id(reader: Reader, text: str) -> int:
    """The contact that a number, a name, a phone or a part that only one matches names."""
    wanted = {"t": text, "phone": _digits(text)} | typed_letters(text)
    for test in (
        "name = :t",
        "phone = :phone",
        "wechat = :t",
        "CAST(id AS TEXT) = :t",
        "instr(branch || name, :t) > 0",
        f":py <> '' AND {SPELLED.format('pinyin')}",
    ):
        query = f"SELECT id, name, branch, phone, active FROM contact WHERE {test} ORDER BY active DESC, id LIMIT 9"
        found = reader.rows(query, wanted) if text else []
        if any(row["active"] for row in found):
            found = [row for row in found if row["active"]]
        if len(found) == 1:
            number: int = found[0]["id"]
            return number
        if found:
            choices = [
                (row["phone"] or str(row["id"]), f"{row['id']} {row['name']}（{row['branch'] or '无分公司'}）")
                for row in found
            ]  # by phone: a bare number may be a demand's
            listed = "、".join(label for _, label in choices)
            raise Several(f"“{text[:40]}”不止一位：{listed}", "写全名或前面的编号", text, choices)
    raise NotFound(f"通讯录里没有“{text[:40]}”", "看看有谁：demandctl contact list")


def find_customer_id(reader: Reader, text: str) -> int:
    """The customer that a code, a name, a phone, a WeChat id or a part that only one matches names."""
    number = read_number(text, About.CUSTOMER)
    if number is not None and reader.rows("SELECT 1 FROM customer WHERE id = ?", (number,)):
        return surviving(reader, number)
    wanted = {"t": text, "phone": _digits(text)} | typed_letters(text)
    named = "name = :t OR nickname = :t OR " + ALSO.format("customer.id", "a.kind = 'name' AND a.value = :t")
    numbers = "a.kind <> 'name' AND a.value IN (:phone, :t)"
    numbered = "phone = :phone OR wechat = :t OR " + ALSO.format("customer.id", numbers)
    part = "instr(name || ' ' || nickname || ' ' || company, :t) > 0 OR " + ALSO.format(
        "customer.id", "instr(a.value, :t) > 0"
    )
    letters = f":py <> '' AND {SPELLED.format('pinyin')}"
    for test in (named, numbered, part, letters):
        # Whoever was merged is found by the name and phone that he had, and is the one he has become.
        query = (
            "SELECT DISTINCT kept.id, kept.name, kept.region FROM customer AS c "
            "JOIN customer AS kept ON kept.id = coalesce(c.merged_into, c.id) WHERE c.id IN "
            f"(SELECT id FROM customer WHERE erased_at IS NULL AND ({test})) ORDER BY kept.id LIMIT 9"
        )
        found = reader.rows(query, wanted) if text else []
        if len(found) == 1:
            return int(found[0]["id"])
        if found:
            codes = [Subject.customer(row["id"]).code for row in found]
            labels = [
                f"{c} {row['name']}（{row['region'] or '地区未知'}）" for c, row in zip(codes, found, strict=True)
            ]
            choices = list(zip(codes, labels, strict=True))
            raise Several(f"“{text[:40]}”不止一位：{'、'.join(labels)}", "请写客户编号", text, choices)
    raise NotFound(f"没有客户“{text[:40]}”", "看看有谁：demandctl customer list")


def surviving(reader: Reader, number: int) -> int:
    """The customer whom one who was merged has become, by number."""
    row = reader.sql.execute("SELECT merged_into FROM customer WHERE id = ?", (number,)).fetchone()
    return surviving(reader, row[0]) if row and row[0] else number


def _digits(text: str) -> str:
    """The phone number that a text is, in the ledger's spelling; a value that matches nothing when it is none."""
    from demandctl.language.phones import normalise

    try:
        return normalise(text)
    except UsageError:
        return "-"
