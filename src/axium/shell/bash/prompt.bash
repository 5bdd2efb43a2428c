# shellcheck shell=bash disable=SC2154,SC2034 # names from read.bash; AXIUM_PROMPT is the user's
# Keeps AXIUM_ENV, AXIUM_PROMPT and the wrappers of this shell up to date at every prompt.

_axium_seen='' # the original of the pointer that this shell shows
_axium_env=''

axium_prompt() { # the last entry of PROMPT_COMMAND; keeps $?
  set -- "$?"
  # Right after a fork each line costs 5 us: where nothing has changed, the first two are all.
  [[ $_axium_file -ef $_axium_seen && -O $_axium_file && ! -e $_axium_absent && \
    ${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-} == "$_axium_place" && \
    ${AXIUM_ENV-} == "$_axium_env" && $- != *e* ]] && return "$1"
  _axium_catch_up
  # Under `set -e` a failing PROMPT_COMMAND would end the shell.
  [[ $- == *e* ]] || return "$1"
}

_axium_catch_up() { # after a change, and where the pointer can't be read
  [[ $- != *k* ]] || return 0 # `set -k` turns the arguments of `local` into something else
  local - _axium_words _axium_original
  set +aeu # nothing of ours is exported but AXIUM_ENV
  { _axium_read_pointer && _axium_is_pointer; } || _axium_words=('' '' '?' '' "$_axium_commands")
  _axium_show
  _axium_append_prompt # it may have been set anew
  [[ ${_axium_words[4]} == "$_axium_commands" || $_axium_commands == cleared ]] ||
    axium_refresh_wrappers
  if [[ ${_axium_words[4]} == "$_axium_commands" || $_axium_commands == cleared ]]; then
    _axium_env=${_axium_words[1]}
    _axium_name_original
    _axium_seen=$_axium_original
  else
    _axium_seen='' # the names are not those that the pointer speaks of: look again
  fi
}

_axium_show() { # AXIUM_ENV and AXIUM_PROMPT from the pointer's words
  local - env=${_axium_words[1]} stamp=${_axium_words[2]} sgr=${_axium_words[3]}
  set +a # nothing of ours is exported but AXIUM_ENV
  # A command that we are inside of was given the environment as it was: its name is wrapped again.
  [[ $env == "${AXIUM_ENV-}" || $stamp == '?' ]] || command unset -v AXIUM_WRAPPED 2>/dev/null || :
  if [[ -n $env ]]; then
    command export "AXIUM_ENV=$env" 2>/dev/null || : # readonly: the wrappers will say so
  else
    command unset -v AXIUM_ENV 2>/dev/null || :
  fi
  [[ $stamp != '?' ]] || env='?'
  env=${env//[[:cntrl:]]/?}${env:+ }
  # \001 and \002 are what \[ and \] stand for; the name itself is never expanded by the prompt.
  if [[ -n $env && -n $sgr && $sgr != *[!\;$_axium_digits]* && -z ${NO_COLOR-} && \
    :$SHELLOPTS: == *:@(emacs|vi):* ]]; then
    env=$'\001\e['${sgr}$'m\002'${env% }$'\001\e[0m\002 '
  fi
  printf -v AXIUM_PROMPT %s "$env"
}

_axium_append_prompt() { # after what the user has there, whether that is a string or an array
  local - attributes
  set +au
  attributes=${PROMPT_COMMAND@a}
  # Whoever draws the prompt while it runs shows what comes after it one prompt late; and what
  # stands behind bash-preexec hides the first command from it. Both have a place for others.
  if [[ -z ${starship_precmd_user_func-} ]] && declare -F starship_precmd >/dev/null; then
    starship_precmd_user_func=axium_prompt
  fi
  if [[ ${bash_preexec_imported-} && ${precmd_functions[*]-} != *axium_prompt* ]]; then
    precmd_functions=(axium_prompt "${precmd_functions[@]}")
  fi
  [[ $attributes != *r* && \
    ${PROMPT_COMMAND[*]-}${STARSHIP_PROMPT_COMMAND-}${precmd_functions[*]-} != *axium_prompt* ]] ||
    return 0
  if [[ $attributes == *a* ]]; then
    PROMPT_COMMAND+=(axium_prompt)
  else
    # shellcheck disable=SC2178,SC2128 # a string here
    PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}axium_prompt
  fi
}
