"""Loading a plugin: its directory is a private package, and its own files are found first.

However the plugin's code names a file of its own, `from . import helper`, `import helper` or
`from NAME import helper`, it gets one and the same module. The standard library, and what axium
itself needs, can't be shadowed; the directory is on nobody's `sys.path`.
"""

import importlib
import re
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import Any

from axium.model.suggest import did_you_mean
from axium.plugins.faults import Unloadable
from axium.plugins.plugin import Kind

NEEDED = frozenset(
    (
        "_yaml", "annotated_doc", "axium", "click", "markdown_it", "mdurl", "msgspec", "pygments",
        "rich", "shellingham", "typer", "typing_extensions", "websockets", "yaml",
    )
)  # fmt: skip
"""What axium, or what it stands on, imports from where packages are installed."""

_ENTRYPOINT = re.compile(r"(?P<module>[^:\s]+):(?P<name>[A-Za-z_]\w*)")


def load(kind: Kind, name: str, directory: str, entrypoint: str) -> Callable[..., Any]:
    """The function that `entrypoint` names, `main:register`, its module imported.

    A plugin that was loaded before into this process keeps its modules, but finds no further
    ones. Unloadable where there is no such function; whatever the plugin's own code raises.
    """
    found = _ENTRYPOINT.fullmatch(entrypoint)
    if found is None:
        raise Unloadable(directory, f"`{entrypoint}` is no entrypoint, such as `main:register`")
    private = Private(kind, name, directory)
    private.install()
    module = private.entry(found["module"])
    if module is None:
        path = f"{directory}/{found['module'].replace('.', '/')}.py"
        hint = did_you_mean(found["module"], private.files())
        text = f"there is no such file, which the entrypoint `{entrypoint}` names"
        raise Unloadable(path, f"{text}; {hint}" if hint else text)
    return _named(importlib.import_module(f"{private.package}.{module}"), found["name"])


def _named(module: ModuleType, name: str) -> Callable[..., Any]:
    where = str(module.__file__)
    if not hasattr(module, name):
        known = [n for n, value in vars(module).items() if callable(value) and n[:1] != "_"]
        hint = did_you_mean(name, known) or f"write `def {name}(app, events):`"
        raise Unloadable(where, f"there is no `{name}` in it; {hint}")
    function = getattr(module, name)
    if not callable(function):
        raise Unloadable(where, f"`{name}` is {type(function).__name__}, not a function")
    result: Callable[..., Any] = function
    return result


class Private:
    """The package that one plugin's directory is; also the finder of all its names."""

    def __init__(self, kind: Kind, name: str, directory: str) -> None:
        self._names = {name}
        self._directory = Path(directory)
        # Bytecode in a gear would be code that nobody has approved.
        self._loader: type[SourceFileLoader] = _Uncached if kind == "gear" else _Spoke
        self._loaders: Sequence[Any] = (
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (self._loader, SOURCE_SUFFIXES),
        )
        self.package = f"{kind}_{name.replace('.', '_')}"
        """How the interpreter knows it, whatever is installed under the plugin's own name."""

    def install(self) -> None:
        """Be asked first for every import from here on, instead of any plugin before."""
        for former in [finder for finder in sys.meta_path if isinstance(finder, Private)]:
            former.withdraw()
        sys.meta_path.insert(0, self)

    def withdraw(self) -> None:
        """Be asked no longer, and have the plain names of the plugin's modules forgotten."""
        sys.meta_path.remove(self)
        for name, module in list(sys.modules.items()):
            own = self.own_name(name) if not self._is_private(name) else None
            if own is not None and sys.modules.get(f"{self.package}.{own}".rstrip(".")) is module:
                del sys.modules[name]

    def entry(self, module: str) -> str | None:
        """The name inside the package of an entrypoint's module; None where it is not there.

        `NAME.main` says what the plugin calls itself, under whatever name it is installed.
        """
        if self.has(module):
            return module
        known = next((name for name in self._names if module.startswith(f"{name}.")), "")
        own_name = known or module.partition(".")[0]
        inside = module[len(own_name) + 1 :]
        if not inside or not self.has(inside):
            return None
        self._names.add(own_name)
        return inside

    def own_name(self, name: str) -> str | None:
        """The name inside the package of what `name` means here; empty for the package itself.

        None where it is nothing of the plugin's.
        """
        head, _, rest = name.partition(".")
        if _is_taken(head):
            return None
        if head in self._names:
            return rest
        return name if self.has(head) else None

    def has(self, module: str) -> bool:
        """Whether there is a file, or a directory with modules, for this name inside."""
        path = self._directory.joinpath(*module.split("."))
        if path.is_dir():
            return any(path.glob("*.py")) or any(path.glob("*/*.py"))
        return any(
            path.with_name(path.name + suffix).is_file()
            for suffix in (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)
        )

    def files(self) -> list[str]:
        """The modules right in the directory."""
        return sorted(path.stem for path in self._directory.glob("*.py"))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As the import system asks."""
        if fullname == self.package:
            return self._root()
        if self._is_private(fullname):
            return self._file(fullname, path or ())
        own = self.own_name(fullname)
        if own is None:
            return None
        same: Any = _Same(f"{self.package}.{own}".rstrip("."))
        return ModuleSpec(fullname, same)

    def _is_private(self, name: str) -> bool:
        return name == self.package or name.startswith(f"{self.package}.")

    def _root(self) -> ModuleSpec:
        init = self._directory / "__init__.py"
        if init.is_file():
            loader = self._loader(self.package, str(init))
            root = ModuleSpec(self.package, loader, origin=str(init), is_package=True)
            root.has_location = True
        else:
            root = ModuleSpec(self.package, None, is_package=True)
        root.submodule_search_locations = [str(self._directory)]
        return root

    def _file(self, fullname: str, path: Sequence[str]) -> ModuleSpec | None:
        for entry in path:
            spec = FileFinder(entry, *self._loaders).find_spec(fullname)
            if spec is not None and spec.loader is not None:
                return spec
        return None  # a directory without `__init__.py`: the import system makes a package of it


class _Same:
    """The loader of another name for a module of the plugin's.

    Not said to be an `importlib.abc.Loader`, which costs 17 ms to import.
    """

    def __init__(self, own: str) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._own)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has just put the other name there


class _Spoke(SourceFileLoader):
    """Keeps bytecode as Python does, but minds milliseconds.

    Python compares whole seconds and the size, and runs what was there before a quick edit.
    """

    def path_stats(self, path: Any) -> dict[str, Any]:
        status = Path(path).stat()
        return {"mtime": status.st_mtime_ns // 1_000_000, "size": status.st_size}


class _Uncached(SourceFileLoader):
    """Neither reads nor writes bytecode."""

    def path_stats(self, path: Any) -> dict[str, Any]:
        raise OSError("no bytecode is kept")


def _is_taken(name: str) -> bool:
    return name in sys.stdlib_module_names or name in NEEDED
