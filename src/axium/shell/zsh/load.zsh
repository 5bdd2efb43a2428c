# Loads the hook once per shell; sourced under zsh's own options, and without aliases.
#
# Functions are read here as they stand, but run under the options of whoever calls them: each
# either says `emulate -L zsh` or is written so that no option changes what it does. None of them
# does so around a command of the user's.

_axium_load() { # fills _axium_spokes with what is to be sourced outside of any function
  typeset -ga _axium_spokes
  _axium_spokes=()
  if [[ ${_axium_loaded-} == "$_axium_version $_axium_home" ]]; then
    axium_refresh_wrappers
    return
  fi
  typeset -g +x _axium_home _axium_python _axium_main _axium_version # `allexport` exported them
  local file
  for file in read wrap wrappers prompt environment register; do
    source $_axium_home/zsh/$file.zsh || return
  done
  _axium_enter
  _axium_spokes=($_axium_home/spokes/*/init.sh(N-.rU))
  typeset -g _axium_loaded="$_axium_version $_axium_home"
}

_axium_enter() {
  typeset -g _axium_run=$_axium_home/run _axium_commands=unknown _axium_here=unknown
  # A shell that was started by a wrapped tool is a new place to type commands in; only one that
  # `axium run` asks for a function (`zsh -ic`) goes on inside that tool.
  (( $+ZSH_EXECUTION_STRING )) || unset AXIUM_WRAPPED
  axium_refresh_wrappers
  _axium_tell_unknown
  _axium_add_hooks
  axium_prompt
  _axium_enter_tmux
}

_axium_tell_unknown() { # where commands may run plainly that a rule is meant for
  if [[ $_axium_commands == unknown ]]; then
    printf '! no command is wrapped: no daemon has run in %q; run `axium daemon start`\n' \
      $_axium_home >&2
  elif [[ -z $_axium_commands && $_axium_home/prefixes.yaml -nt $_axium_home/state_cache.json ]]; then
    printf '! new rules may not be in force: no daemon has read %q; run `axium daemon start`\n' \
      $_axium_home/prefixes.yaml >&2
  fi
}

_axium_enter_tmux() {
  [[ -n ${TMUX-} ]] || return 0
  source $_axium_home/tmux/functions.sh
  # The server passes AXIUM_TMUX on to every pane made later: once per server and version.
  [[ ${AXIUM_TMUX_MINIMAL-} != 1 && ${AXIUM_TMUX-} != "$_axium_version ${TMUX%,*}" ]] || return 0
  export AXIUM_TMUX="$_axium_version ${TMUX%,*}"
  command sh $_axium_home/tmux/init.sh
}

_axium_load
unfunction _axium_load _axium_enter _axium_tell_unknown _axium_enter_tmux _axium_add_hooks 2>/dev/null
