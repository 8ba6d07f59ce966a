"""Imports go downward only, and the pure modules stay pure."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "demandctl"

# From the ground up; a module may import from its own layer and from those below.
LAYERS = (
    "errors vocabulary storing __init__",
    "brevity codes money phones worktime targets rules when periods places products routing sla lifecycle messages "
    "explain transcript stamps senders matters wording details chat pinyin scripts",
    "config migrations models",
    "context db render",
    "queries deadlines audit clipboard asking",
    "directory adoption newcomers proposals report verdicts backup changes traces invariants holdings sheets notify "
    "pasted lookalikes",
    "ledger revisits duties merging choosing",
    "importing importing_demands importing_people importing_revisits applying doctor privacy handover monday "
    "reminders demo sheets",
    "grammar commands completing lacking",
    "cli __main__ completion",
)
PURE = [
    "brevity",
    "codes",
    "money",
    "storing",
    "phones",
    "worktime",
    "targets",
    "rules",
    "when",
    "periods",
    "places",
    "products",
    "routing",
    "sla",
    "lifecycle",
    "chat",
    "messages",
    "explain",
    "transcript",
    "stamps",
    "senders",
    "matters",
    "wording",
    "details",
    "pinyin",
]
IMPURE = {"sqlmodel", "sqlalchemy", "typer", "rich", "sqlite3", "openpyxl", "httpx", "questionary"}


def _modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "data" not in path.relative_to(SOURCE).parts)


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def _imports(path: Path, *, everywhere: bool = True) -> set[str]:
    """What a module imports at run time, ``if TYPE_CHECKING`` aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree) if everywhere else tree.body:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _layer(name: str) -> list[int]:
    return [number for number, layer in enumerate(LAYERS) if name in layer.split()]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_its_own_layer_and_those_below(path: Path) -> None:
    own = _layer(_name(path))
    assert own, f"{_name(path)} has no layer yet: give it one in LAYERS"
    for imported in _imports(path, everywhere=False):
        if imported.startswith("demandctl."):
            target = imported.split(".")[1]
            layers = _layer(target)
            assert not layers or min(layers) <= max(own), f"{path.name} imports {imported} from above"


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_reads_no_clock_and_knows_no_database_or_terminal(name: str) -> None:
    path = SOURCE / f"{name}.py"
    assert not {imported.split(".")[0] for imported in _imports(path)} & IMPURE
    text = path.read_text(encoding="utf-8")
    for call in ("datetime.now(", "date.today(", "time.time(", "os.environ"):
        assert call not in text


@pytest.mark.parametrize("path", sorted((SOURCE / "queries").glob("*.py")), ids=lambda path: path.stem)
def test_the_reading_side_knows_neither_the_orm_nor_the_terminal(path: Path) -> None:
    assert not {imported.split(".")[0] for imported in _imports(path)} & (IMPURE - {"sqlite3"})
