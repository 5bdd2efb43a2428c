"""Write the reference pages and JSON Schemas from the types, or check that they are current.

python docs/generate.py          write docs/reference/ and the catalogue of commands
python docs/generate.py --check  exit 1, with the difference, where a page is not current
"""

import difflib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import msgspec
import msgspec.inspect as kinds

from axium.cli import catalogue
from axium.config.schema import DIALECT, schemas
from axium.daemon.commands import FAMILIES
from axium.daemon.text import WHOLE_LINES, WITH_REST
from axium.model import events
from axium.thin.catalogue import SHIPPED
from axium.wire.registry import ALWAYS, NEVER, OWN, Command, registry

REFERENCE = Path(__file__).parent / "reference"
CATALOGUE = Path(SHIPPED)
MADE = "<!-- Made by docs/generate.py: change the types and docstrings, then `make docs`. -->"
COMMON = ("id", "spoke")

WIRE = """\
One JSON object on a line: `{"cmd": NAME, ...}`. A request without `id` gets one reply, and
the connection is closed; with `id` (string or integer) the connection stays open and the reply
echoes it. `spoke` says for whom the user asks. Unknown fields are ignored, fields that have a
default may be left out. A reply is `{"ok": true, ...}` or
`{"ok": false, "error": SENTENCE, "code": CODE}`, often with a `hint`.

[Events](events.md), [text verbs](text-verbs.md), [JSON Schema](wire.schema.json)."""

TEXT = """\
For scripts and people with `nc`: one verb on a line, any case, blanks around it ignored; one
answer; then the daemon closes. What can't be done is answered with one line, `ERR: SENTENCE`.
A line that begins with `{` is [JSON](wire.md)."""

EVENTS = """\
A line of a stream that [`subscribe`](wire.md#subscribe) began is
`{"id": STREAM, "seq": N, "event": NAME, ...}`. Each event is told after the fact is on disk and
visible to shells."""


GEARS = {
    ALWAYS: "Gears: always.",
    OWN: "Gears: with the permission that it names.",
    NEVER: "Gears: never.",
}
NEEDED = {ALWAYS: "nothing", OWN: "the permission that the command names", NEVER: "(never)"}
"""What `gear=` of a command's registration means; anything else is an entry of `ipc`."""

GEARS_PAGE = """\
On its own channel, where it is itself whatever a request says. What it lacks is `denied`, and so
is a `spoke` that names another plugin. A name in the table is an entry of `ipc` in its manifest."""

PYTHON = """\
What plugins import. The functions of [`axium.core.api`](#axiumcoreapi) never raise: what fails
is logged, and the answer is empty. The others raise what they say. Names that begin with `_`,
and modules that are not on this page, may change. [Writing a spoke](../plugins.md) has examples."""

CORE = (
    "api", "env", "prefix", "config", "spokes", "hud", "hud_segments", "permissions", "registry",
    "completions", "ipc", "daemon", "bootstrap", "gears", "cli",
)  # fmt: skip
"""The modules of `axium.core` that plugins may import."""

_QUALIFIED = re.compile(r"(?:\w+\.)+(?=\w)")


def pages() -> dict[str, str]:
    """Every page of the reference by its path under `docs/reference`."""
    made = {
        "wire.md": wire_page(),
        "text-verbs.md": text_page(),
        "events.md": events_page(),
        "python.md": python_page(),
        "wire.schema.json": in_json(wire_schema()),
    }
    for name, schema in schemas().items():
        made[f"schemas/{Path(name).stem}.schema.json"] = in_json(schema)
    return made


def wire_page() -> str:
    """The commands, family by family, each in the order in which its module has them."""
    lines = [
        "# The wire: every command",
        MADE,
        WIRE,
    ]
    for family in FAMILIES:
        title, _colon, rest = (family.__doc__ or "").strip().partition(": ")
        lines += [f"## {title}", f"{rest[:1].upper()}{rest[1:]}"]
        for command in registry:
            if command.handler.__module__ == family.__name__:
                lines += command_section(command)
    return joined([*lines, *gears_section()])


def command_section(command: Command) -> Iterator[str]:
    """One command: promise, request, reply, events."""
    yield f"### `{command.name}`"
    yield inspect.cleandoc(command.requests[0].__doc__ or "")
    if len(command.names) > 1:
        yield "Also " + ", ".join(f"`{name}`" for name in command.names[1:]) + "."
    fields = [f for f in struct(command.requests[0]).fields if f.encode_name not in COMMON]
    yield table("request", fields) if fields else "The request has no fields of its own."
    yield reply_section(command)
    yield facts(command)


def reply_section(command: Command) -> str:
    """The reply's fields; its docstring says what their types can't."""
    fields = struct(command.reply).fields
    if not fields:
        return 'The reply is `{"ok": true}`.'
    said = inspect.cleandoc(command.reply.__doc__ or "")
    return f"{table('reply', fields, defaults=False)}\n\n{said}"


def facts(command: Command) -> str:
    """Since when, which events, and whether an id is needed."""
    said = [f"Since {command.since}."]
    if command.emits:
        said.append("Events: " + ", ".join(f"[`{e}`](events.md#{e})" for e in command.emits) + ".")
    if command.needs_id:
        said.append("Needs an `id`.")
    return " ".join([*said, GEARS.get(command.gear, f"Gears: with `ipc: [{command.gear}]`.")])


def gears_section() -> Iterator[str]:
    """Every command with what lets a gear ask for it."""
    yield "## What a gear may ask"
    yield GEARS_PAGE
    rows = [
        f"| [`{command.name}`](#{command.name}) | {NEEDED.get(command.gear, f'`{command.gear}`')} |"
        for command in sorted(registry, key=lambda command: command.name)
    ]
    yield "\n".join(["| command | what a gear needs |", "|---|---|", *rows])


def text_page() -> str:
    """The text verbs, from their methods' docstrings."""
    lines = [
        "# Text verbs",
        MADE,
        TEXT,
    ]
    for verb, method in (WHOLE_LINES | WITH_REST).items():
        lines += [f"## `{verb}`", inspect.cleandoc(method.__doc__ or "")]
    return joined(lines)


def events_page() -> str:
    """The events, in the order in which their module has them."""
    lines = [
        "# Events",
        MADE,
        EVENTS,
    ]
    made: list[tuple[str, type[msgspec.Struct]]] = [
        (str(event.__struct_config__.tag), event) for event in events.Event.__subclasses__()
    ]
    made.append(("custom", events.Custom))
    for name, event in made:
        lines += [f"## `{name}`", inspect.cleandoc(event.__doc__ or "")]
        fields = struct(event).fields
        lines += [table("event", fields, defaults=False)] if fields else []
    return joined(lines)


def python_page() -> str:
    """The public modules, each with its functions and classes in the order in which it has them."""
    lines = ["# The Python API", MADE, PYTHON]
    for name in CORE:
        module = import_module(f"axium.core.{name}")
        lines += [f"## `{module.__name__}`", promise(module), *module_section(module)]
    return joined(lines)


def module_section(module: ModuleType) -> Iterator[str]:
    """One module: its functions in a table, then each of its classes."""
    names = dict.fromkeys((*vars(module), *getattr(module, "__all__", ())))
    things = {name: getattr(module, name) for name in names}
    found = [thing for name, thing in things.items() if is_public(module, name, thing)]
    functions = [thing for thing in found if inspect.isfunction(thing)]
    if functions:
        rows = [row(function.__name__, function) for function in functions]
        yield "\n".join(["| function | |", "|---|---|", *rows])
    for made in found:
        if inspect.isclass(made):
            yield f"### `{made.__name__}`"
            yield promise(made)
            yield from class_table(made)


def is_public(module: ModuleType, name: str, thing: object) -> bool:
    """Whether a module offers this name, as its own or by `__all__`."""
    if name.startswith("_") or not (inspect.isfunction(thing) or inspect.isclass(thing)):
        return False
    return name in getattr(module, "__all__", ()) or thing.__module__ == module.__name__


def class_table(made: type) -> Iterator[str]:
    """The methods and properties of a class that have something to say."""
    rows = []
    for name, member in vars(made).items():
        function = member.__func__ if isinstance(member, classmethod) else member
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            rows.append(f"| `{name}` | {promise(member)} |")
        elif inspect.isfunction(function):
            rows.append(row(name, function))
    if rows:
        yield "\n".join(["| member | |", "|---|---|", *rows])


def row(name: str, function: Callable[..., Any]) -> str:
    """A function's signature and its promise."""
    written = signature(function).replace("|", "\\|")
    return f"| `{name}{written}` | {promise(function)} |"


def signature(function: Callable[..., Any]) -> str:
    """Names, types and defaults, without `self` and the places of types."""
    found = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=Bare(parameter.annotation))
        for parameter in found.parameters.values()
        if parameter.name not in ("self", "cls")
    ]
    bare = inspect.Signature(parameters, return_annotation=Bare(found.return_annotation))
    return str(bare)


class Bare(str):
    """An annotation as it is to be shown."""

    __slots__ = ()

    def __new__(cls, annotation: object) -> Self:
        """Its text, whether it is one already or a type."""
        text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
        return super().__new__(cls, _QUALIFIED.sub("", text.replace("'", "")))

    def __repr__(self) -> str:
        return str(self)


def promise(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def wire_schema() -> dict[str, Any]:
    """JSON Schema of a request: one of the commands', told apart by `cmd`."""
    requests = [request for command in registry for request in command.requests]
    refs, definitions = msgspec.json.schema_components(requests, ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "A request to axium's daemon",
        "oneOf": sorted(refs, key=lambda ref: str(ref["$ref"])),
        "$defs": dict(sorted(definitions.items())),
    }


def struct(made: type[msgspec.Struct]) -> kinds.StructType:
    """What msgspec knows of a struct."""
    found = kinds.type_info(made)
    assert isinstance(found, kinds.StructType)
    return found


def table(what: str, fields: Iterable[kinds.Field], *, defaults: bool = True) -> str:
    """A Markdown table of fields, those of structs inside them included."""
    head = f"| {what} | type | {'default | ' if defaults else ''}|"
    rows = [head, "|---" * (head.count("|") - 1) + "|"]
    for path, field in flat(fields, ""):
        cells = [
            f"`{path}`",
            spoken(field.type, nullable=not defaults or field.default is not None),
        ]
        cells += [default(field)] if defaults else []
        rows.append(f"| {' | '.join(cells)} | {description(field.type)} |")
    return "\n".join(rows)


def flat(fields: Iterable[kinds.Field], lead: str) -> Iterator[tuple[str, kinds.Field]]:
    """Each field with its path: `state.panes`, `notifications[].title`."""
    for field in fields:
        path, kind = lead + field.encode_name, field.type
        yield path, field
        if isinstance(kind, kinds.ListType):
            path, kind = path + "[]", kind.item_type
        elif isinstance(kind, kinds.DictType):
            path, kind = path + ".*", kind.value_type
        if isinstance(kind, kinds.StructType):
            yield from flat(kind.fields, path + ".")


def default(field: kinds.Field) -> str:
    """The field's default as JSON; empty where there is none."""
    if field.default is not msgspec.NODEFAULT:
        return f"`{json.dumps(field.default)}`"
    if field.default_factory is not msgspec.NODEFAULT:
        made = field.default_factory()
        if isinstance(made, msgspec.Raw):
            return f"`{bytes(made).decode()}`"
        made = msgspec.to_builtins(made)
        return f"`{json.dumps(made if isinstance(made, list) else {})}`"
    return ""


def description(kind: kinds.Type) -> str:
    """What an annotation says of a field in words."""
    if isinstance(kind, kinds.UnionType):
        return next(filter(None, map(description, kind.types)), "")
    if isinstance(kind, kinds.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    return ""


NAMES: dict[type[kinds.Type], str] = {
    kinds.StrType: "string",
    kinds.IntType: "integer",
    kinds.FloatType: "number",
    kinds.BoolType: "boolean",
    kinds.NoneType: "null",
    kinds.AnyType: "anything",
    kinds.RawType: "anything",
}


def spoken(kind: kinds.Type, *, nullable: bool = True) -> str:
    """A type in words; `null` is left out where it is what a left out field means."""
    match kind:
        case kinds.Metadata():
            return spoken(kind.type)
        case kinds.UnionType():
            said = [spoken(t) for t in kind.types if nullable or not isinstance(t, kinds.NoneType)]
            return " or ".join(said)
        case kinds.ListType():
            return f"list of {spoken(kind.item_type)}"
        case kinds.DictType():
            return f"object of {spoken(kind.value_type)}"
        case kinds.LiteralType():
            return ", ".join(f"`{value}`" for value in kind.values)
        case kinds.StructType():
            return "object"
        case kinds.NamedTupleType():
            return "list"
    return NAMES[type(kind)]


def joined(paragraphs: Iterable[str]) -> str:
    """A page of paragraphs."""
    return "\n\n".join(paragraphs) + "\n"


def in_json(document: dict[str, Any]) -> str:
    """A JSON Schema as it stands in the tree, docstrings without their indentation."""
    for definition in document["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Make the directory hold exactly the pages."""
    made = pages()
    for name in stored().keys() - made.keys():
        (REFERENCE / name).unlink()
    for name, text in made.items():
        path = REFERENCE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    if CATALOGUE.read_text("utf-8") != catalogue_text():
        CATALOGUE.write_text(catalogue_text(), "utf-8")


def catalogue_text() -> str:
    """The core's commands, a record a line."""
    return "".join(f"{record}\n" for record in catalogue.records())


def differences() -> Iterator[str]:
    """What `write` would change, as lines of a diff."""
    there, made = stored(), pages()
    for name in sorted(there.keys() | made.keys()):
        yield from _difference(f"docs/reference/{name}", there.get(name, ""), made.get(name, ""))
    yield from _difference(CATALOGUE.name, CATALOGUE.read_text("utf-8"), catalogue_text())


def _difference(path: str, old: str, new: str) -> Iterator[str]:
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    yield from difflib.unified_diff(before, after, path, f"{path}, as it should be")


def stored() -> dict[str, str]:
    """The pages in the tree."""
    return {
        str(path.relative_to(REFERENCE)): path.read_text("utf-8")
        for path in sorted(REFERENCE.rglob("*"))
        if path.is_file()
    }


def main(argv: list[str]) -> None:
    """Write, or check and exit 1 with the difference."""
    if argv != ["--check"]:
        write()
        return
    found = list(differences())
    if found:
        sys.stdout.writelines(found)
        sys.exit("✗ the reference is not current: `make docs` writes it")


if __name__ == "__main__":
    main(sys.argv[1:])
