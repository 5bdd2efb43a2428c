# The functions `axium` and `ax`: what a shell alone can do for itself; all else is the program's.

typeset -g _axium_call=''
typeset -ga _axium_call_options
typeset -g _axium_held_before='' # what this shell held before the environment that it holds now

_axium_program() { # PROGRAM ARGS...: the body of both
  _axium_sort_call "$@"
  case "$_axium_call" in
    hold) _axium_hold "$@" ;;
    back) _axium_hold_again "$1" ;;
    env)
      local +x _axium_status=0
      AXIUM_HOOK="zsh $_axium_version" command -- "$@" || _axium_status="$?"
      _axium_catch_up
      return "$_axium_status"
      ;;
    *) AXIUM_HOOK="zsh $_axium_version" command -- "$@" ;; # for `doctor`
  esac
}

_axium_hold() { # PROGRAM ARGS...: the program checks the name and prints what is to be held
  local +x _axium_name=''
  _axium_name="$(AXIUM_SHELL_HOOK=1 command -- "$@")" || return
  _axium_take_up "$_axium_name"
}

_axium_hold_again() { # PROGRAM: what this shell held before
  if [[ -n "$_axium_held_before" ]]; then
    _axium_hold "$1" env set --shell "${_axium_call_options[@]}" -- "$_axium_held_before"
  else
    _axium_hold "$1" env clear --shell "${_axium_call_options[@]}"
  fi
}

_axium_sort_call() { # PROGRAM ARGS..., into _axium_call: hold, back, env or nothing special
  emulate -L zsh
  local word is_own='' is_other=''
  local -a words=()
  _axium_call='' _axium_call_options=()
  for word in "${(@)argv[2,-1]}"; do
    case $word in
      --) break ;;
      --shell) is_own=yes ;;
      -v | --verbose) _axium_call_options+=($word) ;;
      -?*) is_other=yes ;;
      *) words+=("$word") ;;
    esac
  done
  case ${words[1]-}:${words[2]-}:$is_own:$is_other in
    env:set:yes: | env:clear:yes:) _axium_call=hold ;;
    env:-::) if _axium_holds; then _axium_call=back; else _axium_call=env; fi ;;
    env:*) _axium_call=env ;;
  esac
}

_axium_holds() { # whether this shell has an environment of its own
  emulate -L zsh
  [[ -n ${AXIUM_SHELL_ENV-} && ${AXIUM_SHELL_PLACE-} == ${${TMUX-}%,*}:${TMUX_PANE-} ]]
}

_axium_take_up() { # NAME, or nothing to follow the pane again
  emulate -L zsh
  local held=''
  ! _axium_holds || held=$AXIUM_SHELL_ENV
  if [[ ${(t)AXIUM_SHELL_ENV}${(t)AXIUM_SHELL_PLACE} == *readonly* ]]; then
    printf '✗ this shell goes on as before: `AXIUM_SHELL_ENV` can not be changed in it\n' >&2
    printf '  the environment of a shell is kept there: is it readonly here?\n' >&2
    return 1
  fi
  [[ $1 == $held ]] || _axium_held_before=$held
  unset AXIUM_SHELL_ENV AXIUM_SHELL_PLACE
  [[ -z $1 ]] ||
    typeset -gx AXIUM_SHELL_ENV=$1 AXIUM_SHELL_PLACE=${${TMUX-}%,*}:${TMUX_PANE-}
  _axium_catch_up
}

() {
  local name
  for name in axium ax; do # a function of the user's stays
    (( $+functions[$name] )) || functions[$name]="_axium_program $name \"\$@\""
  done
}
