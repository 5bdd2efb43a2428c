"""What plugins call. Nothing here raises: what fails is logged, and the answer is empty."""

from axium.core._api.commands import list_commands, run_command
from axium.core._api.configuration import config_edit, config_show, load_config
from axium.core._api.daemon import (
    daemon_logs,
    daemon_start,
    daemon_status,
    daemon_stop,
    reload_daemon,
    reload_spokes,
)
from axium.core._api.environments import (
    clear_pane_env,
    get_active_env,
    get_env_data,
    get_pane_env,
    get_state,
    list_environments,
    set_active_env,
)
from axium.core._api.files import FileText, Written, read_file, write_file, write_log
from axium.core._api.hud import hud_get, update_hud_segment
from axium.core._api.network import connect, listen
from axium.core._api.notifications import (
    clear_notifications,
    drain_notifications,
    notify,
    notify_drain,
    notify_send_cli,
    send_notification,
    show_toast,
)
from axium.core._api.plugins import (
    check_permission,
    get_permissions,
    install_spoke,
    list_spokes,
    register_prefix,
    spoke_install_from_path,
    spoke_new,
    spoke_reload_all,
    spoke_reload_one,
    validate_spoke,
)
from axium.core._api.programs import (
    daemon_exec,
    tmux_capture_pane,
    tmux_send_keys,
    tmux_split_run,
)

__all__ = [
    "FileText",
    "Written",
    "check_permission",
    "clear_notifications",
    "clear_pane_env",
    "config_edit",
    "config_show",
    "connect",
    "daemon_exec",
    "daemon_logs",
    "daemon_start",
    "daemon_status",
    "daemon_stop",
    "drain_notifications",
    "get_active_env",
    "get_env_data",
    "get_pane_env",
    "get_permissions",
    "get_state",
    "hud_get",
    "install_spoke",
    "list_commands",
    "list_environments",
    "list_spokes",
    "listen",
    "load_config",
    "notify",
    "notify_drain",
    "notify_send_cli",
    "read_file",
    "register_prefix",
    "reload_daemon",
    "reload_spokes",
    "run_command",
    "send_notification",
    "set_active_env",
    "show_toast",
    "spoke_install_from_path",
    "spoke_new",
    "spoke_reload_all",
    "spoke_reload_one",
    "tmux_capture_pane",
    "tmux_send_keys",
    "tmux_split_run",
    "update_hud_segment",
    "validate_spoke",
    "write_file",
    "write_log",
]
