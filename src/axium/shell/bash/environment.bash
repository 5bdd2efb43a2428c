# shellcheck shell=bash disable=SC2154,SC2016 # names from read.bash; backticks in texts
# The function `axium`: what a shell alone can do for itself, everything else is the program's;
# and its completion, which is read when it is wanted.

_axium_held_before='' # what this shell held before the environment that it holds now

_axium_define_own() {
  local name
  for name in axium ax; do
    if ! declare -F -- "$name" >/dev/null || [[ $(declare -f -- "$name") == *_axium_program* ]]; then
      eval "function $name { _axium_program $name \"\$@\"; }"
    fi
  done
  complete -F _axium_complete axium ax
}

_axium_complete() { # at the first Tab; the file puts another in its place
  _axium_load_completion && _axium_complete "$@"
}

_axium_load_completion() {
  [[ $- != *k* ]] || return
  local - aliases=''
  set +aefu +o posix
  if shopt -q expand_aliases; then
    shopt -u expand_aliases
    aliases=yes
  fi
  # shellcheck source=/dev/null
  source "$_axium_home/bash/complete.bash" || unset -f _axium_complete
  [[ -z $aliases ]] || shopt -s expand_aliases
  declare -F _axium_complete >/dev/null
}

_axium_program() { # PROGRAM ARGS...: the body of `axium` and `ax`
  if [[ $- == *k* ]]; then # `set -k` turns the arguments of `local` into something else
    command -- "$@"
    return
  fi
  local - word words=() options=() is_own='' is_other='' status
  set +aeu
  for word in "${@:2}"; do
    case $word in
      --) break ;;
      --shell) is_own=yes ;;
      -v | --verbose) options+=("$word") ;;
      -?*) is_other=yes ;;
      *) words+=("$word") ;;
    esac
  done
  case ${words[0]-}:${words[1]-}:$is_own:$is_other in
    env:set:yes: | env:clear:yes:) _axium_hold "$@" ;;
    env:-::) _axium_return "$1" "${options[@]}" ;;
    *) AXIUM_HOOK="bash $_axium_version" command -- "$@" ;; # for `doctor`
  esac
  status=$?
  if [[ ${words[0]-} == env ]]; then
    _axium_seen=''
    _axium_catch_up
  fi
  return "$status"
}

_axium_hold() { # PROGRAM ARGS...: the program checks the name and prints what is to be held
  local name server=${TMUX-}
  name=$(AXIUM_SHELL_HOOK=1 command -- "$@") || return
  _axium_choose_pointer || : # for what is held so far
  if [[ -n $name ]]; then
    command export "AXIUM_SHELL_ENV=$name" "AXIUM_SHELL_PLACE=${server%,*}:${TMUX_PANE-}"
  else
    command unset -v AXIUM_SHELL_ENV AXIUM_SHELL_PLACE
  fi 2>/dev/null || {
    printf '✗ this shell goes on as before: `AXIUM_SHELL_ENV` can not be changed in it\n' >&2
    printf '  the environment of a shell is kept there: is it readonly here?\n' >&2
    return 1
  }
  [[ $name == "$_axium_held" ]] || _axium_held_before=$_axium_held
}

_axium_return() { # PROGRAM OPTIONS...: `env -`, of this shell if it holds an environment
  _axium_choose_pointer || :
  if [[ -z $_axium_held ]]; then
    command -- "$@" env -
  elif [[ -n $_axium_held_before ]]; then
    _axium_hold "$@" env set --shell -- "$_axium_held_before"
  else
    _axium_hold "$@" env clear --shell
  fi
}
