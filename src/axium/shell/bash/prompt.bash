# shellcheck shell=bash disable=SC2154,SC2034 # names from read.bash; AXIUM_PROMPT is the user's
# Keeps AXIUM_ENV, AXIUM_PROMPT and the wrappers of this shell up to date at every prompt.

_axium_shown=''

axium_prompt() { # the last entry of PROMPT_COMMAND; keeps $?
  set -- "$?"
  [[ $- != *k* ]] || return 0 # `set -k` turns the arguments of `local` into something else
  local _axium_words
  _axium_read_pointer || _axium_words=('' '' '?' '' "$_axium_commands")
  if [ "${_axium_words[2]} ${_axium_words[3]}" != "$_axium_shown" ] ||
    [ "${AXIUM_ENV-}" != "${_axium_words[1]}" ]; then
    _axium_show
  fi
  [[ ${_axium_words[4]} == "$_axium_commands" || $_axium_commands == cleared ]] ||
    axium_refresh_wrappers
  # Under `set -e` a failing PROMPT_COMMAND would end the shell.
  [[ $- == *e* ]] || return "$1"
}

_axium_show() { # AXIUM_ENV and AXIUM_PROMPT from the pointer's words
  local - env=${_axium_words[1]} stamp=${_axium_words[2]} sgr=${_axium_words[3]}
  set +a # nothing of ours is exported but AXIUM_ENV
  _axium_shown="$stamp $sgr"
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
  local attributes=${PROMPT_COMMAND@a}
  [[ $attributes != *r* && ${PROMPT_COMMAND[*]-} != *axium_prompt* ]] || return 0
  if [[ $attributes == *a* ]]; then
    PROMPT_COMMAND+=(axium_prompt)
  else
    # shellcheck disable=SC2178,SC2128 # a string here
    PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}axium_prompt
  fi
}
