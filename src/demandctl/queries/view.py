"""What a reading returns: objects whose fields are given by name, once; and JSON made of them at the edge."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, NoReturn, Self, dataclass_transform

_AS_IT_IS = {str, int, float, bool, type(None)}


@dataclass_transform(kw_only_default=True, frozen_default=True)
class View:
    """Something as it was read. Its fields are its keys in JSON, in the order in which they are given; ``from_`` is
    ``from``, which Python has taken.

    No dataclass: Python writes and compiles the methods of each when it is imported, and the dozen of them would cost
    every command that looks 8 ms.
    """

    unsaid: ClassVar[frozenset[str]] = frozenset()
    """Fields that JSON leaves out."""

    def __init__(self, **fields: object) -> None:
        object.__setattr__(self, "__dict__", fields)

    @classmethod
    def with_more(cls, view: View, **more: object) -> Self:
        """A reading that has more beside what another has."""
        wider = cls.__new__(cls)
        object.__setattr__(wider, "__dict__", vars(view) | more)
        return wider

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} was read, it cannot be changed")

    def data(self) -> dict[str, object]:
        """Its fields as JSON has them."""
        unsaid = self.unsaid
        return {
            name if name != "from_" else "from": value if value.__class__ in _AS_IT_IS else as_json(value)
            for name, value in vars(self).items()
            if name not in unsaid
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


def as_json(value: object) -> object:
    """What was read as JSON has it: a view by its fields, a time as ISO 8601 with its offset, a text as it is.

    ``json.dumps`` takes it for its ``default``: a view may stand anywhere in a document.
    """
    if isinstance(value, str) or value.__class__ in _AS_IT_IS:
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, View):
        return value.data()
    if isinstance(value, list):
        return [as_json(part) for part in value]
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
