# shellcheck shell=sh
# What a shell in tmux can call to have tmux changed as it likes, in place of what `init.sh` does by
# itself: for those who set AXIUM_TMUX_MINIMAL=1. sh, bash and zsh read this file.

axium_tmux_enable_hud() {
  AXIUM_TMUX_MINIMAL=hud command sh @AXIUM_HOME@/tmux/init.sh
}

axium_tmux_enable_palette() {
  command sh @AXIUM_HOME@/tmux/enable.sh palette
}

axium_tmux_enable_segment() { # COMMAND [COLOR]
  command sh @AXIUM_HOME@/tmux/enable.sh segment "$@"
}

axium_restore_pane_env() { # AXIUM_ENV as it is for this pane, whatever became of it here
  _axium_restored=$(AXIUM_HOME=@AXIUM_HOME@ command @AXIUM_PYTHON@ -I -S -E @AXIUM_MAIN@ env get) ||
    return
  # A command that we are inside of was given another one: its name is wrapped again.
  [ "$_axium_restored" = "${AXIUM_ENV-}" ] || unset AXIUM_WRAPPED
  if [ -n "$_axium_restored" ]; then
    export AXIUM_ENV="$_axium_restored"
  else
    unset AXIUM_ENV
  fi
  unset _axium_restored
}
