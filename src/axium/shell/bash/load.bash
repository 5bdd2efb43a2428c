# shellcheck shell=bash disable=SC2154,SC2016 # backticks in texts; the paths come from init.sh
# Loads the hook once per shell, whatever the options and aliases of that shell are.

_axium_aliases=''
if \shopt -q expand_aliases; then
  # Aliases are expanded where a function is read: none may get into ours.
  \shopt -u expand_aliases
  _axium_aliases=yes
fi

_axium_load() { # fills _axium_spokes with what is to be sourced outside of any function
  _axium_spokes=()
  if [[ ${_axium_loaded-} == "$_axium_version $_axium_home" ]]; then
    axium_refresh_wrappers
    return
  fi
  local - # the user's options come back on return
  set +aefkux +o posix
  export -n _axium_home _axium_python _axium_main _axium_version # `set -a` would have exported them
  local file
  for file in read wrap wrappers prompt environment; do
    # shellcheck source=/dev/null
    source "$_axium_home/bash/$file.bash" || return
  done
  _axium_enter
  _axium_find_spokes
  _axium_loaded="$_axium_version $_axium_home"
}

_axium_enter() {
  _axium_run=$_axium_home/run _axium_commands=unknown _axium_place=unknown
  # A shell that was started by a wrapped tool is a new place to type commands in; only one that
  # `axium run` asks for a function (`bash -ic`) goes on inside that tool.
  [[ $- == *c* ]] || unset AXIUM_WRAPPED
  axium_refresh_wrappers
  _axium_tell_unknown
  _axium_define_own
  axium_prompt
  _axium_seen='' # what a start file does after this is looked at once, at the first prompt
  _axium_enter_tmux
}

_axium_tell_unknown() { # where commands may run plainly that a rule is meant for
  if [[ $_axium_commands == unknown ]]; then
    printf '! no command is wrapped: no daemon has run in %q; run `axium daemon start`\n' \
      "$_axium_home" >&2
  elif [[ -z $_axium_commands && $_axium_home/prefixes.yaml -nt $_axium_home/state_cache.json ]]; then
    printf '! new rules may not be in force: no daemon has read %q; run `axium daemon start`\n' \
      "$_axium_home/prefixes.yaml" >&2
  fi
}

_axium_enter_tmux() {
  [[ ${TMUX-} ]] || return 0
  # shellcheck source=/dev/null
  source "$_axium_home/tmux/functions.sh"
  # The server passes AXIUM_TMUX on to every pane made later: once per server and version.
  [[ ${AXIUM_TMUX_MINIMAL-} != 1 && ${AXIUM_TMUX-} != "$_axium_version ${TMUX%,*}" ]] || return 0
  export AXIUM_TMUX="$_axium_version ${TMUX%,*}"
  command sh "$_axium_home/tmux/init.sh"
}

_axium_find_spokes() {
  local file restore=''
  if shopt -q failglob; then
    shopt -u failglob
    restore=failglob
  fi
  for file in "$_axium_home"/spokes/*/init.sh; do
    [[ -f $file && -r $file && -O $file ]] && _axium_spokes+=("$file")
  done
  [[ -z $restore ]] || shopt -s "$restore"
}

_axium_load || :
[[ -z $_axium_aliases ]] || shopt -s expand_aliases
unset _axium_aliases
unset -f _axium_load _axium_enter _axium_tell_unknown _axium_enter_tmux _axium_find_spokes
