# shellcheck shell=bash disable=SC2154,SC2016 # names from read.bash; backticks in texts
# Defines a function for each wrapped command, and takes away those that are not wrapped any more.

_axium_keywords=' if then elif else fi case esac for select while until do done in function time coproc '

axium_refresh_wrappers() { # make the wrappers of this shell those that are published
  local -
  set +aefku +o posix # names like `docker-compose` are no function names in posix mode
  local _axium_words published name kept=() gone=()
  _axium_read_commands || return 0
  _axium_commands=${_axium_words[0]}
  # Looked for in one text, for to go through forty names forty times takes milliseconds. A word
  # that has a newline in it, and is no name, can do nothing there but keep a wrapper.
  printf -v published '%s\n' '' "${_axium_words[@]:1}"
  for name in "${AXIUM_WRAPPED_COMMANDS[@]}"; do
    if [[ $published == *$'\n'"$name"$'\n'* ]]; then kept+=("$name"); else gone+=("$name"); fi
  done
  AXIUM_WRAPPED_COMMANDS=("${kept[@]}")
  _axium_remove "${gone[@]}"
  _axium_define "${_axium_words[@]:1}"
}

axium_clear_wrappers() { # take all wrappers away, until `axium_refresh_wrappers`
  local -
  set +eu
  _axium_remove "${AXIUM_WRAPPED_COMMANDS[@]}"
  AXIUM_WRAPPED_COMMANDS=()
  _axium_commands=cleared
}

_axium_define() { # NAME...
  local name code='' wrapped
  printf -v wrapped '%s\n' '' "${AXIUM_WRAPPED_COMMANDS[@]}"
  for name; do
    [[ $wrapped != *$'\n'"$name"$'\n'* ]] || continue
    _axium_may_wrap "$name" || continue
    if declare -F -- "$name" && ! _axium_is_wrapper "$name"; then
      printf '! `%s` is a function of your own: axium does not wrap it\n' "$name" >&2
      continue
    fi
    code+="function $name { _axium_wrap $name \"\$@\"; }"$'\n'
    AXIUM_WRAPPED_COMMANDS+=("$name")
  done >/dev/null
  eval "$code" # nothing is in it but names that `_axium_may_wrap` let through
}

_axium_may_wrap() { # NAME
  case $1 in
    '' | [!_$_axium_letters$_axium_digits]* | *[!_.+$_axium_letters$_axium_digits-]*) return 1 ;;
    axium | ax | axium_* | _axium_*) return 1 ;;
  esac
  [[ $_axium_keywords != *" $1 "* ]] && _axium_is_program "$1"
}

_axium_remove() { # NAME...: unless the user has defined a function of that name since
  local name
  for name; do
    ! _axium_is_wrapper "$name" || unset -f -- "$name"
  done
}

_axium_is_wrapper() { # NAME: whether the function of that name is ours, in either form
  local text
  declare -F -- "$1" >/dev/null || return
  text=$(declare -f -- "$1")
  [[ $text == *$'\n    '@(_axium_wrap|command\ axium\ run)" $1 "$'"$@"\n}' ]]
}

_axium_contains() { # WORD WORDS...
  local word=$1 other
  shift
  for other; do
    [[ $other != "$word" ]] || return 0
  done
  return 1
}

# A shell keeps its wrappers when it loads another version of this file, and the account of them.
# The functions of `axium wrapper refresh`, made without the hook, have theirs in a string.
if [[ ${AXIUM_WRAPPED_COMMANDS@a} != *a* ]]; then
  IFS=' ' read -r -a AXIUM_WRAPPED_COMMANDS <<<"${AXIUM_WRAPPED_COMMANDS-}"
  axium_clear_wrappers
fi
