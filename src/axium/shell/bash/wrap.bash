# shellcheck shell=bash disable=SC2154,SC2016 # names from read.bash and init.sh; backticks in texts
# Runs a wrapped command as the published tables say; no process is started but the tool.
#
# Right after a fork each line of bash costs 3 to 4 us, so this is written to be short when it
# runs. The words of a table are sorted once and kept while the same command runs in the same
# environment: the original of a pointer never changes. `_axium_deciding` is set while those words are in
# use, so that a command in a trap of the user's, which may run between any two lines here, does
# not sort other words into their place.

_axium_learned='' _axium_command='' _axium_itself='' _axium_options='' _axium_path='' _axium_shims=''

_axium_wrap() { # NAME ARGS...: the body of every wrapper
  if [[ ${AXIUM_OFF-} == 1 || ${AXIUM_WRAPPED-} == "$1" || ${_axium_direct-} == "$1" ]]; then
    _axium_step_aside "$@"
    return
  fi
  if [[ ${_axium_deciding-} ]] ||
    { [ "$-:$BASHOPTS" != "$_axium_options" ] && ! _axium_suits; }; then
    _axium_ask "$@"
    return
  fi
  local _axium_words _axium_name _axium_deciding=yes
  if [[ $1 != "$_axium_command" || ! $_axium_file -ef $_axium_learned || ! -O $_axium_file || \
    -e $_axium_absent || \
    ${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-} != "$_axium_place" ]] &&
    ! { _axium_read_pointer && _axium_learn "$@"; }; then
    _axium_ask "$@"
    return
  fi
  # Locals, so that the shell has its own values back on return, also after Ctrl-C.
  if ! local -x -- "${_axium_names[@]}"; then
    _axium_refuse_variable "$1"
    return
  fi
  for _axium_name in "${_axium_names[@]}"; do
    # A local that was not given a value has one only if it stood in front of the command.
    [[ -z ${!_axium_name+x} ]] || _axium_note_inline "$1" "$_axium_name=${!_axium_name}"
  done
  if ! local -x -- "${_axium_set[@]}"; then
    _axium_refuse_variable "$1"
    return
  fi
  # An exported array is not passed on and hides the exported variable of its name, which an
  # unset local would let through: that is how a variable is taken from the tool alone.
  [[ ${#_axium_unset[@]} == 0 ]] || local -ax -- "${_axium_unset[@]}"
  if [[ $_axium_itself == "$1" ]]; then
    command -- "${_axium_before[@]}" "${@:2}" "${_axium_after[@]}"
  else
    _axium_execute "$@"
  fi
}

_axium_ask() { # NAME ARGS...: let the program decide
  AXIUM_HOME=$_axium_home command -- "$_axium_python" -I -S -E "$_axium_main" run "$@"
}

_axium_suits() { # whether this shell's options let the lines of `_axium_wrap` do what they say
  # Under these, `local` would export our own names, take over values or see none, lines may be
  # skipped, and words are compared without their case.
  [[ $- != *[ak]* && $BASHOPTS != *localvar_* && $BASHOPTS != *extdebug* && \
    $BASHOPTS != *nocasematch* ]] || return
  _axium_options=$-:$BASHOPTS
}

_axium_learn() { # NAME ARGS...: sort the table's words; fails where `axium run` is to decide
  _axium_learned='' _axium_where='' _axium_plain=''
  _axium_append_prompt # whoever set PROMPT_COMMAND anew has ended the prompt's part
  _axium_is_pointer || return
  local env=${_axium_words[1]} stamp=${_axium_words[2]} word plugins=() _axium_original
  _axium_name_original
  _axium_before=() _axium_after=() _axium_set=() _axium_unset=()
  _axium_read_table "$stamp" "$1" && [[ ${_axium_words[1]} == go ]] || return
  _axium_where=${_axium_words[2]}
  for word in "${_axium_words[@]:3:${#_axium_words[@]}-4}"; do
    case $word in
      '<'*) _axium_before+=("${word:1}") ;;
      '>'*) _axium_after+=("${word:1}") ;;
      '='*=*) _axium_set+=("${word:1}") ;;
      '-'*) _axium_unset+=("${word:1}") ;;
      '@'*) plugins+=("${word:1}") ;;
      '?plain') _axium_plain=yes ;;
      *) return 1 ;;
    esac
  done
  _axium_is_program "${_axium_before[0]-}" || return
  _axium_itself=${_axium_before[0]}
  _axium_look_for_shims
  [[ $_axium_itself != "$1" || -z $_axium_shims ]] || _axium_itself='' # a shim may stand before it
  if [[ -n $env ]]; then _axium_set+=("AXIUM_ENV=$env"); else _axium_unset+=(AXIUM_ENV); fi
  _axium_names=("${_axium_set[@]%%=*}" "${_axium_unset[@]}")
  _axium_are_settable || return
  _axium_unset=("${_axium_unset[@]/%/=()}")
  _axium_set+=("AXIUM_WRAPPED=$1")
  if [[ ${#plugins[@]} != 0 ]]; then # what depends on the arguments is not kept
    [[ $# == 1 ]] || ! _axium_contains "$2" "${plugins[@]}"
    return
  fi
  _axium_command=$1 _axium_learned=$_axium_original # last: without it nothing is known
}

_axium_are_settable() { # whether `local` can be trusted with _axium_names
  case ${_axium_names[*]} in
    *[=[]*) return 1 ;; # `local "a[...]"` would calculate what is inside
    # These mean something to bash itself, or are ours: this shell must not have them changed.
    *BASH_* | *FUNCN* | *GLOBIGNORE* | *HIST* | *IFS* | *IGNOREEOF* | *OPTIND* | *POSIXLY* | \
      *COMP_* | *_axium_*) return 1 ;;
  esac
}

# One text is matched ten times as fast as the patterns of a `case`.
_axium_builtins=' . : [ alias bg bind break builtin caller cd command compgen complete compopt continue
  declare dirs disown echo enable eval exec exit export false fc fg getopts hash help history jobs
  kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt
  source suspend test times trap true type typeset ulimit umask unalias unset wait '
_axium_builtins=${_axium_builtins//$'\n'/}

_axium_is_program() { # WORD: not one that `command` would take for a builtin
  [[ -n $1 && $_axium_builtins != *" $1 "* ]]
}

_axium_look_for_shims() { # into _axium_shims, whether the PATH of now has any
  local path=${PATH-}: directory
  _axium_path=${PATH-} _axium_shims=''
  while [[ $path ]]; do
    directory=${path%%:*} path=${path#*:}
    [[ ! -e ${directory:-.}/.axium-shim ]] || _axium_shims=yes
  done
}

_axium_find() { # WORD: into _axium_found, the tool of that name past the shims; empty for none
  local path=${PATH-}: directory
  _axium_found=$1
  [[ ${PATH-} == "$_axium_path" ]] || _axium_look_for_shims
  [[ $_axium_shims && $1 != */* ]] || return 0
  while [[ $path ]]; do
    directory=${path%%:*} path=${path#*:}
    _axium_found=${directory:-.}/$1
    [[ ! -x $_axium_found || ! -f $_axium_found || \
      $_axium_found -ef ${directory:-.}/.axium-shim ]] || return 0
  done
  _axium_found=''
}

_axium_step_aside() { # NAME ARGS...: the tool itself, as if there were neither wrapper nor shim
  local _axium_found
  _axium_find "$1"
  command -- "${_axium_found:-$1}" "${@:2}"
}

_axium_execute() { # NAME ARGS...: where another program comes first, or a shim on PATH
  local _axium_found=${_axium_before[0]}
  if [[ $_axium_found != "$1" ]] && declare -F -- "$_axium_found" >/dev/null; then
    set -- "${_axium_before[@]}" "${@:2}" "${_axium_after[@]}"
    # A function of the user's may run wrapped commands; if it is a wrapper, it does not look again.
    local _axium_direct=$_axium_found
    _axium_deciding=''
    "$@"
    return
  fi
  [[ -z $_axium_shims && ${PATH-} == "$_axium_path" ]] || _axium_find "$_axium_found"
  if type -P -- "$_axium_found" >/dev/null; then
    command -- "$_axium_found" "${_axium_before[@]:1}" "${@:2}" "${_axium_after[@]}"
  elif [[ $_axium_plain ]]; then
    _axium_step_aside "$@"
  else
    printf '✗ `%s` did not run: `%q`, which its rule names, is not there\n' \
      "$1" "${_axium_before[0]}" >&2
    printf '  see %q: install it, or write `fallback: plain` there\n' "$_axium_where" >&2
    return 127
  fi
}

_axium_note_inline() { # NAME VARIABLE=VALUE
  _axium_contains "$2" "${_axium_set[@]}" || printf \
    '! `%s` in front of `%s` is not used: the rule at %q comes first\n' \
    "${2%%=*}" "$1" "$_axium_where" >&2
}

_axium_refuse_variable() { # NAME
  local name
  for name in "${_axium_names[@]}" AXIUM_WRAPPED; do
    local -x -- "$name" 2>/dev/null || break
  done
  printf '✗ `%s` did not run: the variable `%q` can not be changed in this shell\n' "$1" "$name" >&2
  if [[ $name == AXIUM_* ]]; then
    printf '  every wrapped command is told by it what it runs in: is it readonly here?\n' >&2
  else
    printf '  the rule at %q changes it: is it readonly here?\n' "$_axium_where" >&2
  fi
  return 126
}
