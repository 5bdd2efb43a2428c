#!/bin/sh
# The tmux plugin, as its plugin manager (TPM) runs it: `set -g @plugin '.../axium'`. By hand:
# `run-shell '~/path/axium.tmux'` in tmux.conf.
#
# The program itself is installed as README says; this only shows the HUD from tmux's start on,
# also before the first shell, and where no shell has the hook.

find_axium() {
  for program in "$(command -v axium)" "$HOME/.local/bin/axium"; do
    [ ! -x "$program" ] || return 0
  done
  return 1
}

case ${XDG_CONFIG_HOME-} in
  /*) config=$XDG_CONFIG_HOME ;;
  *) config=$HOME/.config ;;
esac
home=${AXIUM_HOME:-$config/axium}

if [ ! -r "$home/tmux/init.sh" ]; then
  if ! find_axium; then
    tmux display-message 'axium is not installed: see README.md beside axium.tmux'
    exit 0
  fi
  "$program" bootstrap >/dev/null
fi
exec sh "$home/tmux/init.sh"
