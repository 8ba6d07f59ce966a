"""What an option or an argument takes, as data: its values, how a word becomes one, what completes it.

Help lines, usage errors, completion by Tab and questions on a terminal read the same object; none of them reads text.
A command declares ``Annotated[Kind | None, Option("--kind", "demand.kind", choice(Kind, "类型"))]``. A title that is a
column of the ledger stands for what people call it.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.terminal import typed
from demandctl.vocabulary import SUBTYPES, Kind, Term, match, parse_subtype

if TYPE_CHECKING:
    from demandctl.core.periods import Period

Pairs = Iterable[tuple[str, str]]
"""Values, each with its Chinese."""
SoFar = Mapping[str, object]
"""What was given for the other parameters, by their names."""


def _nothing(so_far: SoFar) -> Pairs:
    return ()


class Takes(NamedTuple):
    """What a parameter takes."""

    metavar: str
    """How a value is called in usage lines."""
    read: Callable[[Context, str], object]
    """A word as the command gets it; a UsageError says what is wrong with it."""
    choices: Callable[[SoFar], Pairs] = _nothing
    """Its values, where they can be told."""
    known: str = ""
    """What of the ledger's own it names: a key of ``known.SOURCES``."""
    parts: Callable[[str], Iterable[str]] | None = None
    """How a word falls into several, where several may be given; they add up."""
    blank: bool = False
    """Whether an empty word is a value, not nothing."""
    files: bool = False
    """Whether names of files complete it."""
    reach: str = ""
    """How far from now a time can be meant: a ``Reach`` of ``core.times`` by name; beyond it is asked about."""


class Option(NamedTuple):
    """How a command declares an option: ``--kind``, ``-o --output``, ``--solved/--unsolved``; a flag takes nothing."""

    names: str
    title: str
    takes: Takes | None = None
    more: str = ""


class Argument(NamedTuple):
    """How a command declares an argument."""

    title: str
    takes: Takes
    more: str = ""


YES = Option("-y --yes", "所有询问都答是")
"""Yes to whatever would be asked."""


class Parameter(NamedTuple):
    """An option or argument of a command, as help, completion and questions know it."""

    name: str
    declared: str
    """Its title, or the column whose name that is: ``demand.kind``."""
    takes: Takes | None
    more: str = ""
    required: bool = False
    flags: tuple[str, ...] = ()
    """How the option is typed; an argument has none."""
    off: tuple[str, ...] = ()
    """How its opposite is typed."""

    @property
    def title(self) -> str:
        """What it is called in a question."""
        table, dot, column = self.declared.partition(".")
        if not (dot and self.declared.isascii()):
            return self.declared
        from demandctl.store.fields import known

        field = known(table, column)
        assert field is not None, self.declared
        return field.name

    @property
    def usage(self) -> str:
        """How it is written: ``--kind 类型``."""
        metavar = self.takes.metavar if self.takes else ""
        return f"{self.flags[0]} {metavar}".strip() if self.flags else metavar

    @property
    def called(self) -> str:
        """How a message names it: 选项 --kind, 参数 编号."""
        return f"选项 {self.flags[-1]}" if self.flags else f"参数 {self.usage.removesuffix(' …')}"

    @property
    def about(self) -> str:
        """Its line in help: what it is, its values, the rest."""
        values = self.values
        text = f"{self.title}：{values}" if values else self.title
        if self.more:
            text += f"{'；' if values else '，'}{self.more}"
        notes = "，".join(filter(None, ["必填" if self.required else "", "可多个" if self.many else ""]))
        return f"{text}（{notes}）" if notes else text

    @property
    def values(self) -> str:
        """Its values in one line, Chinese first; empty where they are not few."""
        listed = self.takes.choices({}) if self.takes else ()
        return "、".join(dict.fromkeys(f"{label} {value}" if label else value for value, label in listed))

    @property
    def many(self) -> bool:
        """Whether several values add up."""
        return self.takes is not None and self.takes.parts is not None

    def read(self, app: Context, text: str) -> object:
        """A word as the command gets it: several values where they add up, None for an empty word that is no value."""
        if self.takes is None:
            return text
        if self.takes.parts is None:
            return self.takes.read(app, text) if self.takes.blank or text.strip() else None
        return self.read_all(app, [text])

    def read_all(self, app: Context, texts: Iterable[str]) -> tuple[object, ...]:
        """The values of several words, each value once, where they add up."""
        takes = self.takes
        assert takes is not None
        assert takes.parts is not None
        return tuple(dict.fromkeys(takes.read(app, part) for text in texts for part in takes.parts(text)))


# -- texts -------------------------------------------------------------------------------------------------------


def _one_line(app: Context, text: str) -> str:
    return typed.one_line(text)


def _clean(app: Context, text: str) -> str:
    return typed.clean(text)


def word(metavar: str, *, known: str = "") -> Takes:
    """A name, a place, a product: one line; *known* completes it with what the ledger has."""
    return Takes(metavar, _one_line, known=known, blank=True)


def prose(metavar: str) -> Takes:
    """A text of any length."""
    return Takes(metavar, _clean, blank=True)


def many(takes: Takes) -> Takes:
    """Several of a kind: typed again, or in one word with commas between; they add up."""
    return takes._replace(parts=typed.listed, blank=False)


def parted(takes: Takes) -> Takes:
    """The same with blanks between them too; an empty word stands for none of them."""
    return takes._replace(parts=lambda text: typed.split([text]), blank=False)


def each(takes: Takes) -> Takes:
    """Several words, each as it stands."""
    return takes._replace(parts=lambda text: [text], blank=False)


# -- words of the domain ------------------------------------------------------------------------------------------


def choice(of: type[Term] | Mapping[str, str], metavar: str) -> Takes:
    """One of a vocabulary, or of values with their Chinese."""
    if isinstance(of, Mapping):
        values: Mapping[str, str] = of
        return Takes(metavar, lambda app, text: match(text, values), lambda so_far: values.items())
    term = of
    return Takes(metavar, lambda app, text: term.parse(text), lambda so_far: term.choices().items())


def _subtypes(so_far: SoFar) -> Pairs:
    kind = so_far.get("kind")
    return SUBTYPES[Kind.parse(kind)].items() if kind and isinstance(kind, str) else ()


SUBTYPE = Takes("子类", _one_line, _subtypes)
"""A subtype, of the kind that is given beside it: only the command knows which."""


def _any_subtype(app: Context, text: str) -> str:
    found: set[str] = set()
    for kind in Kind:
        with suppress(UsageError):
            found.add(parse_subtype(text, kind))
    if len(found) == 1:
        return found.pop()
    said = "不止一种意思" if found else "不认识"
    raise UsageError(f"“{text[:40]}”{said}", f"可选：{'、'.join(label for _, label in _every_subtype({}))}")


def _every_subtype(so_far: SoFar) -> Pairs:
    return {value: label for kind in reversed(Kind) for value, label in SUBTYPES[kind].items()}.items()


ANY_SUBTYPE = Takes("子类", _any_subtype, _every_subtype)
"""A subtype of whichever kind has it."""

# -- of the ledger ------------------------------------------------------------------------------------------------

_NUMBERS: Mapping[str, Callable[[str], int]] = {
    "demand": typed.demand_number,
    "revisit": typed.revisit_number,
    "attachment": typed.whole_number,
}


def ref(known: str, metavar: str) -> Takes:
    """Something that the ledger has: a demand or a revisit by number, a customer, a contact, a script by name."""
    number = _NUMBERS.get(known)
    if number:
        return Takes(metavar, lambda app, text: number(text), known=known)
    return Takes(metavar, _one_line, known=known)


CODE = Takes("编号", lambda app, text: typed.subject(text), known="code")
"""A demand, a customer or a revisit by its code."""


def _numbers_as_typed(app: Context, text: str) -> str:
    for part in typed.numbers(text):
        typed.demand_number(part)
    return text


NUMBERS_AND_NAME = Takes("编号 …", _numbers_as_typed, known="subject", parts=lambda text: [text])
"""Demands by number as they were typed, before a name that may be left out: ``assign 3 5 彭振宇``, ``assign 3``."""

NUMBERS = Takes("编号 …", lambda app, text: typed.demand_number(text), known="demand", parts=typed.numbers)
"""Demands by number, several at once: ``3 5 7``, ``3-6``, ``3,5``."""


# -- times, amounts, phones, files --------------------------------------------------------------------------------


def _past(app: Context, text: str) -> datetime:
    return typed.past(app, text, far=True)


def _opened(app: Context, text: str) -> datetime:
    return typed.past(app, text, opening=True, far=True)


def _future(app: Context, text: str) -> date | datetime:
    return typed.future(app, text, far=True)


def _day(app: Context, text: str) -> date:
    return typed.past_day(app, text)


def _since(app: Context, text: str) -> str:
    return typed.boundary(app, text)


def _until(app: Context, text: str) -> str:
    return typed.boundary(app, text, end=True)


def _span(app: Context, text: str) -> timedelta:
    from demandctl.core.times import parse_span

    return parse_span(text)


PAST = Takes("时间", _past, reach="MEANT")
"""When something happened: a datetime; a bare day is its closing time, never after now."""
RAISED = Takes("时间", _opened, reach="MEANT")
"""When something began: a bare day is its opening time."""
FUTURE = Takes("时间", _future, reach="MEANT")
"""A time to come: a date or a datetime."""
DAY = Takes("日期", _day, reach="DATED")
"""A day that has come."""
BIRTHDAY = Takes("日期", _day, reach="BORN")
ANY_DAY = Takes("日期", lambda app, text: typed.day(app, text), reach="DATED")
"""A day that has come or is to come."""
SINCE, UNTIL = Takes("时间", _since), Takes("时间", _until)
"""The two ends of a span of time, as the ledger stores them; a bare day is in it."""
SPAN = Takes("时长", _span)
"""A length of time."""


def _rhythm(app: Context, text: str) -> str:
    from demandctl.core.rhythms import read_rhythm

    said = typed.one_line(text)
    if not (found := read_rhythm(said)) and said:
        raise UsageError(f"“{said[:40]}”不是周期", "例如 每月、每两周、每季度、每周三、每月 15 号")
    return found


RHYTHM = Takes("周期", _rhythm, blank=True)
"""How often something comes again, as a recurrence rule; an empty word takes it away."""


def period(unit: str, metavar: str) -> Takes:
    """A week, month or quarter by name."""

    def read(app: Context, text: str) -> "Period":
        from demandctl.core.periods import parse_period

        return parse_period(unit, text, app.now.date())

    return Takes(metavar, read)


def _phone(app: Context, text: str) -> str:
    from demandctl.language.phones import normalise

    return normalise(typed.clean(text)) if text.strip() else ""


PHONE = Takes("电话", _phone, blank=True)
"""A phone number, normalised."""


def amount(text: str) -> str:
    """An amount in yuan as the ledger stores it: ``1280000``, ``1,280,000.50``, ``128万``. UsageError otherwise."""
    from demandctl.language.money import read_amount, stored_amount

    try:
        value = read_amount(text)
    except ValueError as error:
        raise UsageError(f"“{text[:40]}”不是金额", "例如 1280000、128万") from error
    if not 0 <= value < 10**12 or round(value, 2) != value:
        raise UsageError(f"金额“{text[:40]}”不对", "应是 0 以上、最多两位小数的数，单位元")
    return stored_amount(value)


AMOUNT = Takes("金额", lambda app, text: amount(text))
"""An amount in yuan as the ledger stores it."""


def _count(app: Context, text: str) -> int:
    return typed.whole_number(text)


COUNT = Takes("条数", _count)
"""How many; 0 stands for all."""


def _path(app: Context, text: str) -> Path:
    return Path(text)


def file(metavar: str = "文件", *, known: str = "") -> Takes:
    """A file or folder by name; *known* are those that the program keeps itself."""
    return Takes(metavar, _path, known=known, files=not known)


FILE = file()
"""A file by name."""
FILES = each(FILE)._replace(metavar="文件 …")
"""Files by name, several at once; a comma belongs to a name."""
