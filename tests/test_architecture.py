"""The house: every import runs from a room to one below it, never in a circle; and its names, sizes and types."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "demandctl"

ROOMS = {
    "demandctl": "",
    "errors": "demandctl",
    "vocabulary": "errors",
    "language": "vocabulary",
    "core": "language",
    "sla": "core",
    "config": "core",
    "context": "config",
    "store": "context sla",
    "db": "store",
    "queries": "db",
    "actions": "queries",
    "paste": "queries",
    "messages": "queries",
    "notify": "queries",
    "imports": "actions paste messages notify",
    "terminal": "actions paste messages notify",
    "exports": "imports terminal",
    "upkeep": "imports terminal",
    "commands": "exports upkeep",
    "desk": "exports upkeep",
    "cli": "commands desk",
    "__main__": "cli",
}
"""Each room with those it stands on; it may import from them and from all that is below them."""

NEVER = {
    "queries": {"actions"},
    "imports": {"terminal", "commands"},
    "exports": {"terminal", "commands"},
    "terminal": {"actions"},
    "upkeep": {"commands"},
}
"""Rooms that are lower and still may not be entered."""

TOP = {"__init__", "__main__", "cli", "context", "config", "errors", "vocabulary", "db", "sla"}

PURE = {"errors", "vocabulary", "language", "core", "sla"}
"""Rooms without file, terminal or clock."""

OUTSIDE = {
    "typer": {"cli", "commands", "terminal"},
    "rich": {"terminal", "commands", "desk"},
    "textual": {"desk"},
    "openpyxl": {"exports", "imports"},
    "lxml": {"exports", "imports"},
    "icalendar": {"exports"},
    "python_calamine": {"imports"},
    "questionary": {"terminal"},
    "prompt_toolkit": {"terminal", "desk"},
    "httpx": {"notify"},
    "sqlite3": {"store", "db", "queries", "notify", "upkeep"},
    "sqlmodel": {"store", "db", "actions", "imports", "upkeep"},
    "sqlalchemy": {"store", "db", "actions", "imports", "upkeep"},
    "pydantic": set(),
}
"""Which rooms may know a library, late imports included."""


def _modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "data" not in path.relative_to(SOURCE).parts)


def _dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(dotted: str) -> str:
    return [*dotted.split("."), "demandctl"][1] if "." in dotted else "demandctl"


@cache
def _imports(path: Path) -> frozenset[str]:
    """The modules that a module imports, late, or only to name types, too."""
    known = {_dotted(module) for module in _modules()}
    return frozenset(name for name in _imported(ast.parse(path.read_text(encoding="utf-8")), known))


def _imported(tree: ast.AST, known: set[str]) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = str(node.module)
            inner = {f"{module}.{alias.name}" for alias in node.names} & known
            yield from inner or {module}
        else:
            yield from _imported(node, known)


@cache
def _below(room: str) -> frozenset[str]:
    stands_on = set(ROOMS[room].split())
    return frozenset(stands_on.union(*map(_below, stands_on)))


def _ids(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_only_the_nine_files_stand_at_the_top() -> None:
    assert {path.stem for path in SOURCE.glob("*.py")} == TOP


@pytest.mark.parametrize("path", _modules(), ids=_ids)
def test_a_module_imports_only_its_own_room_and_those_below(path: Path) -> None:
    room = _room(_dotted(path))
    allowed = (_below(room) | {room}) - NEVER.get(room, set())
    for imported in _imports(path):
        if imported.split(".")[0] == "demandctl":
            assert _room(imported) in allowed, f"{_dotted(path)} imports {imported}"


@pytest.mark.parametrize("path", _modules(), ids=_ids)
def test_a_library_is_known_only_where_it_belongs(path: Path) -> None:
    for imported in _imports(path):
        rooms = OUTSIDE.get(imported.split(".")[0])
        assert rooms is None or _room(_dotted(path)) in rooms, f"{_dotted(path)} imports {imported}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {_dotted(path): {name for name in _imports(path) if name.startswith("demandctl")} for path in _modules()}
    ended: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in ended:
            for imported in sorted(graph.get(name, ())):
                visit(imported, (*way, name))
            ended.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("path", [path for path in _modules() if path.name == "__init__.py"], ids=_ids)
def test_a_package_itself_imports_nothing_of_the_program(path: Path) -> None:
    assert not [name for name in _imports(path) if name != "pathlib"]


@pytest.mark.parametrize("path", [path for path in _modules() if _room(_dotted(path)) in PURE], ids=_ids)
def test_a_pure_module_reads_no_clock_and_knows_no_environment(path: Path) -> None:
    assert not {imported.split(".")[0] for imported in _imports(path)} & {"os", "sqlite3", "subprocess"}
    text = path.read_text(encoding="utf-8")
    for call in ("datetime.now(", "date.today(", "time.time("):
        assert call not in text


ADAPTER = SOURCE / "terminal" / "grammar.py"


@pytest.mark.parametrize("path", [path for path in _modules() if path != ADAPTER], ids=_ids)
def test_typer_is_known_from_inside_in_one_file_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [name for name in _imports(path) if name.startswith(("typer.", "click"))]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module != "typer"
        if isinstance(node, ast.Attribute):
            assert not (isinstance(node.value, ast.Name) and node.value.id == "typer" and node.attr != "Context")
            assert node.attr not in ("__mro__", "param_type_name", "secondary_opts")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert "shell_completion" not in node.value


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _is_list_of_options(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is a command: what the terminal calls with its context, and each parameter of it is an option."""
    first = next(iter(function.args.args), None)
    return first is not None and first.annotation is not None and ast.unparse(first.annotation) == "typer.Context"


@pytest.mark.parametrize("path", _modules(), ids=_ids)
def test_no_function_is_longer_than_sixty_lines_the_options_of_a_command_not_counted(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0].lineno if _is_list_of_options(node) else node.lineno
            assert (node.end_lineno or 0) - first < 60, node.name


def test_no_class_name_stands_in_two_modules() -> None:
    homes: dict[str, list[str]] = {}
    for path in _modules():
        for name in {node.name for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)}:
            homes.setdefault(name, []).append(_dotted(path))
    assert not {name: where for name, where in homes.items() if len(where) > 1}


@pytest.mark.parametrize("path", _modules(), ids=_ids)
def test_no_module_of_ours_is_imported_under_another_name(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            ours = [alias for alias in node.names if f"{getattr(node, 'module', '')} {alias.name}".count("demandctl")]
            assert not [f"{alias.name} as {alias.asname}" for alias in ours if alias.asname]


def test_hardly_any_value_is_without_a_type() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in _modules())
    assert len(re.findall(r"\bAny\b", text)) <= text.count("\n") * 8 / 1000
