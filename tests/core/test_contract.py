"""Every name that published plugins import is there, with the signature that they rely on."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import axium.core

API = """
get_active_env() -> str | None
get_env_data(name) -> dict[str, Any] | None
set_active_env(name, pane_id=None) -> bool
get_pane_env(pane_id) -> str | None
clear_pane_env(pane_id) -> bool
list_environments() -> list[str]
get_state() -> dict[str, Any] | None
reload_spokes() -> bool
reload_daemon() -> bool
notify(title, body, level='info') -> bool
send_notification(spoke, title, body, level='info') -> bool
notify_send_cli(spoke, title, body, level='info') -> bool
show_toast(title, body) -> bool
drain_notifications() -> list[dict[str, Any]]
notify_drain() -> list[dict[str, Any]]
clear_notifications() -> bool
hud_get(pane_id=None) -> str | None
update_hud_segment(spoke, value) -> bool
daemon_exec(spoke, command, mode='background') -> bool
daemon_status() -> dict[str, Any] | None
daemon_logs(tail=False, lines=100) -> str | None
daemon_start(debug=False) -> bool
daemon_stop(force=True) -> bool
tmux_split_run(spoke, command, height=20, cwd=None, env_vars=None) -> dict[str, Any]
tmux_send_keys(spoke, pane_id, keys) -> bool
tmux_capture_pane(spoke, pane_id) -> str | None
read_file(spoke, path) -> FileText
write_file(spoke, path, content) -> Written
write_log(name, message, level='info') -> bool
register_prefix(spoke, command, wrapper) -> bool
load_config(name, filename, env_aware=True, component_type='spoke') -> dict[str, Any]
get_permissions() -> dict[str, list[str]] | None
check_permission(spoke, permission) -> bool
config_show() -> str | None
config_edit() -> bool
list_spokes() -> list[str]
install_spoke(name) -> bool
validate_spoke(name) -> bool
list_commands(sort_by='grouped') -> list[dict[str, Any]]
spoke_new(name, prefix=None, check_type=None, check_command=None) -> str | None
spoke_install_from_path(path) -> dict[str, Any] | None
spoke_reload_all() -> list[str]
spoke_reload_one(name) -> bool
run_command(command, args) -> bool
connect(host, port, timeout=10.0) -> socket | None
listen(port) -> socket | None
"""

REST = """
ipc.send_request_sync(payload, timeout=2.0)
env.load_envs()
env.get_active_env_name()
env.get_active_env()
env.get_env_value(key)
env.validate_env_name(name)
env.current()
env.get(key)
env.all()
prefix.PrefixRegistry.register_rule(self, command, wrapper, owner)
prefix.PrefixRegistry.unregister_rules_for_owner(self, owner)
prefix.PrefixRegistry.get_rule_owner(self, command)
prefix.PrefixRegistry.get_all_rules(self)
prefix.PrefixRegistry.get_prefixed_commands(self)
prefix.PrefixRegistry.apply_prefixes(self, command, args, context=None)
prefix.register_prefix_rule(command, wrapper, owner)
prefix.unregister_rules_for_owner(owner)
prefix.get_rule_owner(command)
prefix.get_all_rules()
prefix.get_prefixed_commands()
prefix.apply_prefixes(command, args, context=None)
prefix.get_registry()
prefix.expand_env_vars(template)
prefix.load_prefixes()
prefix.reload_config()
config.load_spoke_config(spoke, filename=None, env_aware=True)
config.load_gear_config(gear, filename=None, env_aware=True)
config.get_spoke_config_value(spoke, path, default=None)
config.get_config_value_by_path(config, path, default=None)
config.get_config_paths(spoke, filename)
config.invalidate_cache(spoke=None)
config.reload_all_configs()
spokes.EventBus.on(self, event_name, callback)
spokes.EventBus.off(self, event_name, callback)
spokes.EventBus.emit(self, event_name, *args, **kwargs)
spokes.get_event_bus()
spokes.SpokeMetadata.to_dict(self)
spokes.get_spoke_metadata()
spokes.create_spoke(name, description=None, version='0.1.0', interactive=True)
spokes.validate_spoke(spoke_dir)
spokes.install_spoke(source, editable=False, name=None)
spokes.reload_spokes(spoke_name=None)
spokes.load_spokes(parent_app)
spokes.list_spokes()
gears.discover_gears()
gears.load_gear(gear_name, app, events, daemon_permissions)
gears.get_effective_gear_permissions(name, manifest)
permissions.SpokePermissions.to_dict(self)
permissions.SpokePermissions.get_source(self, permission)
permissions.get_effective_permissions(spoke, path)
permissions.check_permission(spoke, action, perms, detail=None)
permissions.check_ipc_permission(spoke, action, perms, detail=None)
permissions.log_security(spoke, action, allowed, detail, via_override)
hud.get_registry()
hud.register_hud_segment(segment)
hud.register_hud_provider(callable)
hud_segments.HudSegment.render(self, context)
hud_segments.HudSegment.should_render(self, context)
hud_segments.HudRegistry.get_instance()
hud_segments.HudRegistry.register(self, segment)
hud_segments.HudRegistry.render_all(self, context)
hud_segments.HudRegistry.update_cached_segments(self, context)
registry.register_command(name, help, source, summary='', description='', group=None, callback=None)
registry.get_all_commands(sort_by='alpha')
registry.get_commands_by_source(source)
registry.list_all_commands()
registry.clear_registry()
registry.introspect_typer_app(app, source='core', prefix='')
completions.generate_completion_cache()
completions.load_completion_cache()
completions.get_completions(prefix)
bootstrap.ensure_axium_config()
bootstrap.update_init_scripts()
daemon.start(debug=False)
daemon.stop()
daemon.status()
daemon.ensure_daemon_running()
daemon.kill_daemon_pid()
daemon.cleanup_zombie_daemons()
daemon.AxiumDaemon.run(self)
cli.main()
cli.is_verbose()
"""

DATA = {
    "spokes.SpokeMetadata": [
        "name", "version", "description", "entrypoint", "source", "install_mode", "installed_at",
        "last_loaded", "status",
    ],
    "registry.CommandMetadata": [
        "name", "help", "source", "summary", "description", "group", "callback", "category",
    ],
    "permissions.SpokePermissions": ["exec", "notify", "net", "ipc", "fs_read", "fs_write"],
    "hud_segments.HudSegment": ["name", "priority", "cached"],
    "hud_segments.HudRegistry": ["segments"],
}  # fmt: skip

OF_THE_CORE = ["gears.GEARS_DIR", "cli.HelpfulGroup"]

OVERLOADED = {"EventBus.on"}
"""What may also be called without its last argument."""


def lines(table: str) -> list[str]:
    return table.strip().splitlines()


def found(path: str) -> Any:
    """What `module.name` or `module.Class.name` is."""
    module, *names = path.split(".")
    thing: Any = import_module(f"axium.core.{module}")
    for name in names:
        thing = getattr(thing, name)
    return thing


def written(function: Callable[..., Any]) -> str:
    """A signature as the tables have it, without types."""
    signature = inspect.signature(function)
    plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(inspect.Signature(plain))


@pytest.mark.parametrize("line", lines(API), ids=lambda line: line.partition("(")[0])
def test_a_function_of_the_api_is_as_published(line: str) -> None:
    name, _, rest = line.partition("(")
    signature, _, returned = rest.partition(" -> ")
    function = found(f"api.{name}")
    said = inspect.formatannotation(inspect.signature(function).return_annotation)
    said = said.strip("'").removeprefix("axium.core._api.files.")
    assert (written(function), said) == (f"({signature}", returned)


@pytest.mark.parametrize("line", lines(REST), ids=lambda line: line.partition("(")[0])
def test_a_function_of_the_core_is_as_published(line: str) -> None:
    path, _, rest = line.partition("(")
    signature = written(found(path))
    if path.partition(".")[2] in OVERLOADED:
        signature = signature.replace("callback=None", "callback")
    assert signature == f"({rest}"


@pytest.mark.parametrize("path", DATA)
def test_a_class_of_the_core_has_what_was_published(path: str) -> None:
    made = found(path)
    assert [name for name in DATA[path] if name not in dir(made)] == []


@pytest.mark.parametrize("path", OF_THE_CORE)
def test_any_other_name_is_there(path: str) -> None:
    assert found(path) is not None


def modules() -> list[ModuleType]:
    """The modules of the core that plugins may import."""
    path = [str(Path(axium.core.__file__ or "").parent)]
    names = [each.name for each in pkgutil.iter_modules(path) if not each.name.startswith("_")]
    return [import_module(f"axium.core.{name}") for name in names]


def test_nothing_public_is_without_a_docstring() -> None:
    bare = [
        f"{module.__name__}.{name}"
        for module in modules()
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__.startswith("axium.core")
        and not thing.__doc__
    ]
    assert bare == []


def test_every_published_function_is_on_the_page_of_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "python.md").read_text()
    names = [line.partition("(")[0].rpartition(".")[2] for line in lines(API + REST)]
    classes = [path.rpartition(".")[2] for path in DATA]
    assert [name for name in names if f"`{name}(" not in page] == []
    assert [name for name in classes if f"### `{name}`" not in page] == []


def test_the_api_is_what_was_published_and_the_types_of_its_results() -> None:
    api = import_module("axium.core.api")
    names = {line.partition("(")[0] for line in lines(API)}
    assert set(api.__all__) == names | {"FileText", "Written"}
    assert {name for name in vars(api) if not name.startswith("_")} == set(api.__all__)
