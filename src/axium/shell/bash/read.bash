# shellcheck shell=bash disable=SC2154 # the paths come from init.sh
# Reads what the daemon publishes: words that end in NUL, of which each is data and never code.
#
# A reader fails where a file is not there, not ours, damaged or of another version. Its caller
# then goes to `axium run`. Nobody runs a plain command because something could not be read.

# Spelled out, because ranges like `a-z` mean other letters in some locales.
_axium_digits=0123456789
_axium_letters=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz

# _axium_file is the pointer to read, which holds as long as _axium_absent is not there and the
# variables that tell where this is are what _axium_place says.
_axium_place='' _axium_own='' _axium_global='' _axium_held='' _axium_file='' _axium_absent=''

_axium_choose_pointer() { # find _axium_file again; fails where there is none that may be read
  [[ ${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-} == "$_axium_place" ]] ||
    _axium_find_place
  if [[ -n $_axium_own && -e $_axium_own ]]; then
    _axium_file=$_axium_own _axium_absent=''
  else
    _axium_file=$_axium_global _axium_absent=$_axium_own
  fi
  [[ -f $_axium_file && -O $_axium_file && -r $_axium_file ]] && return
  _axium_file=''
  return 1
}

_axium_find_place() { # where the pointer is: of this shell's own environment, of the pane, of all
  local - server=${TMUX-} pane=${TMUX_PANE-} place=${AXIUM_SHELL_PLACE-} _axium_start
  set +a # nothing of ours is exported
  _axium_place=$server:$pane:$place:${AXIUM_SHELL_ENV-}
  _axium_own='' _axium_global=$_axium_run/global _axium_held=''
  if [[ ${AXIUM_SHELL_ENV-} && $place == "${server%,*}:$pane" ]]; then
    _axium_held=$AXIUM_SHELL_ENV _axium_global=$_axium_run/e/$AXIUM_SHELL_ENV
    [[ $_axium_held != */* ]] || _axium_global='' # no file can have that name: `axium run` knows
    return 0
  fi
  [[ $server == /*,*,* && $pane == %?* && ${pane:1} != *[!$_axium_digits]* ]] || return 0
  server=${server%,*}
  if _axium_read_start "${server##*,}"; then
    _axium_own=$_axium_run/p$server,$_axium_start/$pane
  else
    _axium_global='' # a pane that can't be identified may have an override: let `axium run` see
  fi
}

_axium_read_start() { # PID: when it started, into _axium_start; empty where there is no /proc
  local lines skipped=''
  _axium_start=''
  [[ -e /proc/self/stat ]] || return 0
  [[ -n $1 && $1 != *[!$_axium_digits]* && -r /proc/$1/stat ]] || return
  mapfile -d '' -t lines 2>/dev/null <"/proc/$1/stat" || return
  # The name, second of all fields, may hold blanks and parentheses: count from its last one.
  _axium_start=${lines[0]##*) }
  while [[ ${#skipped} -lt 19 ]]; do
    skipped+=.
    _axium_start=${_axium_start#* }
  done
  _axium_start=${_axium_start%% *}
  [[ -n $_axium_start ]]
}

_axium_read_pointer() { # into _axium_words: axium1 ENV STAMP SGR COMMANDS end
  [[ ${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-} == "$_axium_place" && \
    ! -e $_axium_absent && -f $_axium_file && -O $_axium_file && -r $_axium_file ]] ||
    _axium_choose_pointer || return
  mapfile -d '' -t _axium_words <"$_axium_file"
}

_axium_is_pointer() { # whether _axium_words are a whole one, of the environment that is meant
  [[ ${#_axium_words[@]} == 6 && ${_axium_words[0]} == axium1 && ${_axium_words[2]} && \
    ${_axium_words[5]} == end && ${_axium_held:-${_axium_words[1]}} == "${_axium_words[1]}" ]]
}

_axium_name_original() { # into _axium_original: the file that a pointer of _axium_words is a link to
  _axium_original=''
  [[ ${_axium_words[2]}${_axium_words[3]}${_axium_words[4]} == */* ]] ||
    _axium_original=$_axium_run/t/${_axium_words[2]}/.${_axium_words[4]},${_axium_words[3]}
}

_axium_read_table() { # STAMP COMMAND, into _axium_words: axium1 VERDICT WHERE TAGGED... end
  local file=$_axium_run/t/$1/$2
  [[ $1 != */* && -f $file && -O $file && -r $file ]] && mapfile -d '' -t _axium_words <"$file" &&
    [[ ${#_axium_words[@]} -ge 4 && ${_axium_words[0]} == axium1 && ${_axium_words[-1]} == end ]]
}

_axium_read_commands() { # into _axium_words: STAMP NAME...
  local file=$_axium_run/commands word
  _axium_words=()
  if [[ -f $file && -O $file && -r $file ]]; then
    # Not `mapfile`: a name like `endow` that was cut off after `end` must not pass for the end.
    while IFS= read -r -d '' word; do _axium_words+=("$word"); done 2>/dev/null <"$file"
  fi
  if [[ ${#_axium_words[@]} -lt 3 || ${_axium_words[0]} != axium1 || -n $word || \
    ${_axium_words[-1]} != end ]]; then
    _axium_read_state_cache
    return
  fi
  _axium_words=("${_axium_words[@]:1:${#_axium_words[@]}-2}")
}

_axium_read_state_cache() { # the same from the cache, for a shell that starts before the daemon
  local file=$_axium_home/state_cache.json text
  _axium_words=()
  [[ -f $file && -O $file && -r $file ]] || return
  IFS= read -r -d '' text 2>/dev/null <"$file"
  [[ $text == *'"prefixed_commands"'*\[*\]* ]] || return
  text=${text#*'"prefixed_commands"'*\[}
  text=${text%%\]*}
  _axium_words=('')
  while [[ $text == *\"*\"* ]]; do
    text=${text#*\"}
    _axium_words+=("${text%%\"*}")
    text=${text#*\"}
  done
}
