# Keeps AXIUM_ENV, AXIUM_PROMPT and the wrappers of this shell up to date at every prompt.

typeset -g _axium_seen='' # the original of the pointer that this shell shows
typeset -g _axium_env='' _axium_typed=''
typeset -g AXIUM_PROMPT=''

axium_prompt() { # the first of precmd_functions, so that those after it see what holds now
  [[ "$_axium_file" -ef "$_axium_seen" && -O "$_axium_file" && ! -e "$_axium_absent" && \
    "${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-}" == "$_axium_here" && \
    "${AXIUM_ENV-}" == "$_axium_env" ]] || _axium_catch_up
}

_axium_note_typed() { # a preexec function: what was typed, for `_axium_is_inline`
  emulate -L zsh
  _axium_typed=$3
}

_axium_catch_up() { # after a change, and where the pointer can't be read
  emulate -L zsh
  local _axium_original
  _axium_read_pointer || _axium_pointer=('' '?' '' $_axium_commands)
  _axium_show
  [[ $_axium_pointer[4] == $_axium_commands || $_axium_commands == cleared ]] ||
    axium_refresh_wrappers
  if [[ $_axium_pointer[4] == $_axium_commands || $_axium_commands == cleared ]]; then
    _axium_env=$_axium_pointer[1]
    _axium_name_original
    _axium_seen=$_axium_original
  else
    _axium_seen='' # the names are not those that the pointer speaks of: look again
  fi
}

_axium_show() { # AXIUM_ENV and AXIUM_PROMPT from the pointer's words
  emulate -L zsh
  local env=$_axium_pointer[1] sgr=$_axium_pointer[3]
  # A command that we are inside of was given the environment as it was: its name is wrapped again.
  [[ $env == ${AXIUM_ENV-} || $_axium_pointer[2] == '?' || ${(t)AXIUM_WRAPPED} == *readonly* ]] ||
    unset AXIUM_WRAPPED
  if [[ ${(t)AXIUM_ENV} != *readonly* ]]; then # the wrappers will say so
    unset AXIUM_ENV
    [[ -z $env ]] || typeset -gx AXIUM_ENV=$env
  fi
  [[ $_axium_pointer[2] != '?' ]] || env='?'
  # What a prompt or `promptsubst` would take for more than a letter is none here.
  env=${env//[[:cntrl:]\$\`\\]/?}
  [[ ! -o prompt_percent ]] || env=${env//\%/%%}
  [[ ! -o prompt_bang ]] || env=${env//\!/!!}
  if [[ -n $env && -n $sgr && $sgr != *[^0-9\;]* && -z ${NO_COLOR-} && ${TERM-} != dumb &&
    -o zle && -o prompt_percent ]]; then
    env=$'%{\e['$sgr$'m%}'$env$'%{\e[0m%}'
  fi
  typeset -g AXIUM_PROMPT=${env:+$env }
}

_axium_add_hooks() { # beside what others have there
  emulate -L zsh
  typeset -ga precmd_functions preexec_functions
  [[ -n ${precmd_functions[(re)axium_prompt]-} ]] ||
    precmd_functions=(axium_prompt _axium_register_completion "${(@)precmd_functions}")
  [[ -n ${preexec_functions[(re)_axium_note_typed]-} ]] || preexec_functions+=(_axium_note_typed)
}
