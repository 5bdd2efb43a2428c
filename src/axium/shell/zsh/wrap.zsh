# Runs a wrapped command as the published tables say; no process is started but the tool.
#
# `_axium_wrap` and `_axium_execute` run under the options of the user, as the tool does; what is
# read and decided stands in functions with zsh's own. The words of a table are sorted once and
# kept while the same command runs in the same environment: the original of a pointer never
# changes. `_axium_deciding` is set while those words are in use, so that a command in a trap of
# the user's, which may run between any two lines here, does not sort other words into their place.

typeset -g _axium_learned='' _axium_command='' _axium_where='' _axium_plain='' _axium_first=''
typeset -g _axium_found='' _axium_path='' _axium_shims=''
typeset -ga _axium_before _axium_after _axium_set _axium_unset _axium_changed

_axium_wrap() { # NAME ARGS...: the body of every wrapper
  if [[ "${AXIUM_OFF-}" == 1 || "${AXIUM_WRAPPED-}" == "$1" || "${_axium_direct-}" == "$1" ]]; then
    _axium_step_aside "$@"
    return
  fi
  # Under `allexport` our own names would be exported; under `posixbuiltins`, `command` runs what
  # is built in.
  if [[ -n "${_axium_deciding-}" || -o all_export || -o posix_builtins ]]; then
    _axium_ask "$@"
    return
  fi
  local _axium_deciding=yes
  if _axium_decide "$@"; then
    :
  elif [[ "$?" == 126 ]]; then
    return 126
  else
    _axium_ask "$@"
    return
  fi
  # Locals, so that the shell has its own values back on return, also after Ctrl-C. One that is
  # not exported hides the exported variable of its name from the tool.
  local -x -- "${_axium_set[@]}"
  if [[ -n "${_axium_unset[*]}" ]]; then
    local +x -- "${_axium_unset[@]}"
    unset -- "${_axium_unset[@]}"
  fi
  if [[ "$_axium_first" == "$1" && -z "$_axium_shims" ]]; then
    shift
    command -- "$_axium_first" "${_axium_before[@]}" "$@" "${_axium_after[@]}"
  else
    _axium_execute "$@"
  fi
}

_axium_execute() { # NAME ARGS...: where another program comes first, or a shim on PATH
  local _axium_name="$1"
  shift
  if [[ "$_axium_first" != "$_axium_name" ]] && typeset -f -- "$_axium_first" >/dev/null; then
    set -- "$_axium_first" "${_axium_before[@]}" "$@" "${_axium_after[@]}"
    # A function of the user's may run wrapped commands; if it is a wrapper, it does not look again.
    local _axium_direct="$_axium_first"
    _axium_deciding=''
    "$@"
    return
  fi
  _axium_find "$_axium_first"
  if [[ -n "$_axium_found" ]]; then
    command -- "$_axium_found" "${_axium_before[@]}" "$@" "${_axium_after[@]}"
  elif [[ -n "$_axium_plain" ]]; then
    _axium_step_aside "$_axium_name" "$@"
  else
    _axium_refuse_program "$_axium_name"
    return 127
  fi
}

_axium_step_aside() { # NAME ARGS...: the tool itself, as if there were neither wrapper nor shim
  _axium_find "$1"
  if [[ -n "$_axium_found" ]]; then
    shift
    command -- "$_axium_found" "$@"
  else
    command -- "$@"
  fi
}

_axium_find() { # WORD: into _axium_found, the program of that name past the shims; empty for none
  emulate -L zsh
  local directory
  [[ ${PATH-} == "$_axium_path" ]] || _axium_look_for_shims
  if [[ -z $_axium_shims || $1 == */* ]]; then
    _axium_found=$1
    whence -p -- $1 >/dev/null || _axium_found=''
    return 0
  fi
  for directory in "${(@s.:.)PATH}"; do
    _axium_found=${directory:-.}/$1
    [[ ! -f $_axium_found || ! -x $_axium_found || $_axium_found -ef ${directory:-.}/.axium-shim ]] ||
      return 0
  done
  _axium_found=''
}

_axium_look_for_shims() { # into _axium_shims, whether the PATH of now has any
  emulate -L zsh
  local directory
  _axium_path=${PATH-} _axium_shims=''
  for directory in "${(@s.:.)_axium_path}"; do
    [[ ! -e ${directory:-.}/.axium-shim ]] || _axium_shims=yes
  done
}

_axium_ask() { # NAME ARGS...: let the program decide
  AXIUM_HOME="$_axium_home" command -- "$_axium_python" -I -S -E "$_axium_main" run "$@"
}

_axium_decide() { # NAME ARGS...: 0 where it runs as learned, 126 where it may not, else ask
  emulate -L zsh
  local name
  if [[ $1 != "$_axium_command" || ! $_axium_file -ef $_axium_learned || ! -O $_axium_file || \
    -e $_axium_absent || \
    ${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-} != "$_axium_here" ]]; then
    _axium_read_pointer && _axium_learn "$@" || return 1
  fi
  for name in $_axium_changed; do
    case ${(tP)name} in
      *readonly*)
        _axium_refuse_variable $1 $name
        return 126
        ;;
      *export*) _axium_note_inline $1 $name ;;
    esac
  done
}

_axium_learn() { # NAME ARGS...: sort the table's words; fails where `axium run` is to decide
  emulate -L zsh
  local env=$_axium_pointer[1] word _axium_original plugins=()
  _axium_learned='' _axium_where='' _axium_plain=''
  _axium_before=() _axium_after=() _axium_set=() _axium_unset=() _axium_changed=()
  _axium_name_original
  _axium_read_table $_axium_pointer[2] $1 && [[ $_axium_table[1] == go ]] || return 1
  _axium_where=$_axium_table[2]
  for word in "${(@)_axium_table[3,-1]}"; do
    case $word in
      '<'*) _axium_before+=("${word#?}") ;;
      '>'*) _axium_after+=("${word#?}") ;;
      '='*=*) _axium_set+=("${word#?}") ;;
      '-'*) _axium_unset+=("${word#?}") ;;
      '@'*) plugins+=("${word#?}") ;;
      '?plain') _axium_plain=yes ;;
      *) return 1 ;;
    esac
  done
  _axium_first=${_axium_before[1]-}
  _axium_before=("${(@)_axium_before[2,-1]}")
  _axium_look_for_shims
  [[ -n $_axium_first ]] && ! _axium_is_shell_only $_axium_first || return 1
  if [[ -n $env ]]; then _axium_set+=("AXIUM_ENV=$env"); else _axium_unset+=(AXIUM_ENV); fi
  _axium_set+=("AXIUM_WRAPPED=$1")
  _axium_changed=("${(@)_axium_set%%=*}" "${(@)_axium_unset}")
  _axium_are_settable || return 1
  if [[ $#plugins != 0 ]]; then # what depends on the arguments is not kept
    _axium_command=''
    [[ $# == 1 || -z ${plugins[(re)$2]-} ]]
    return
  fi
  _axium_command=$1 _axium_learned=$_axium_original # last: without it nothing is known
}

_axium_are_settable() { # whether `local` can be trusted with _axium_changed
  emulate -L zsh
  local name
  for name in "${(@)_axium_changed}"; do
    # `local "a[...]"` would calculate what is inside.
    [[ $name == [A-Za-z_]* && $name != *[^A-Za-z0-9_]* && $name != _axium_* ]] || return 1
    # These mean something to zsh itself: this shell must not have them changed.
    case $name:${(tP)name} in
      (PATH|HOME|LANG|LC_*):*special*) [[ -z ${_axium_unset[(re)$name]-} ]] || return 1 ;;
      *:*special*) return 1 ;;
    esac
  done
}

_axium_refuse_program() { # NAME
  emulate -L zsh
  printf '✗ `%s` did not run: `%q`, which its rule names, is not there\n' $1 $_axium_first >&2
  printf '  see %q: install it, or write `fallback: plain` there\n' $_axium_where >&2
}

_axium_refuse_variable() { # NAME VARIABLE
  emulate -L zsh
  printf '✗ `%s` did not run: the variable `%s` can not be changed in this shell\n' $1 $2 >&2
  if [[ $2 == AXIUM_* ]]; then
    printf '  every wrapped command is told by it what it runs in: is it readonly here?\n' >&2
  else
    printf '  the rule at %q changes it: is it readonly here?\n' $_axium_where >&2
  fi
}

_axium_note_inline() { # NAME VARIABLE: say so where it was set in front of the command alone
  emulate -L zsh
  [[ -z ${_axium_set[(re)$2=${(P)2}]-} ]] && _axium_is_inline $1 $2 || return 0
  printf '! `%s` in front of `%s` is not used: the rule at %q comes first\n' $2 $1 $_axium_where >&2
}

_axium_is_inline() { # NAME VARIABLE: whether the code that is running says `VARIABLE=... NAME`
  emulate -L zsh
  # zsh itself does not tell such a variable from an exported one. The code is that of the
  # function that called the wrapper, or what was typed.
  local caller=${funcstack[(i)$1]} word in_front=''
  local code=${functions[${funcstack[caller + 1]-}]-$_axium_typed}
  for word in ${(z)code}; do
    case $word in
      $2=*) in_front=yes ;;
      [A-Za-z_]*=*) ;;
      $1) [[ -z $in_front ]] || return 0 ;;
      *) in_front='' ;;
    esac
  done
  return 1
}
