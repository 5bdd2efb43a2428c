# Reads what the daemon publishes into arrays of zsh: words that end in NUL, each of them data.
#
# A reader fails where a file is not there, not ours, damaged or of another version; its caller
# then goes to `axium run`. Nobody runs a plain command because something could not be read.

# _axium_file is the pointer to read, which holds as long as _axium_absent is not there and the
# variables that say where this shell is are what _axium_here says.
typeset -g _axium_here='' _axium_own='' _axium_global='' _axium_file='' _axium_absent=''
typeset -ga _axium_pointer _axium_table _axium_names_read

_axium_read_words() { # FILE, into _axium_words: all words of a whole file
  emulate -L zsh
  _axium_words=()
  [[ -f $1 && -O $1 && -r $1 ]] || return 1
  local words=("${(@0)$(<$1)}")
  # What follows the last NUL is an empty word, unless the file was cut off.
  [[ $#words -ge 3 && $words[1] == axium1 && $words[-2] == end && -z $words[-1] ]] || return 1
  _axium_words=("${(@)words[2,-3]}")
}

_axium_read_start() { # PID, into _axium_start: when it started; empty where there is no /proc
  emulate -L zsh
  local stat
  _axium_start=''
  [[ -e /proc/self/stat ]] || return 0
  [[ $1 == <-> && -r /proc/$1/stat ]] || return 1
  stat=$(</proc/$1/stat) 2>/dev/null
  # The name, second of all fields, may hold blanks and parentheses: count from its last one.
  _axium_start=${${=stat##*) }[20]}
  [[ -n $_axium_start ]]
}

_axium_find_place() { # where this shell's pointer is; again when what _axium_here says changes
  emulate -L zsh
  local server=${TMUX-} pane=${TMUX_PANE-} held=${AXIUM_SHELL_ENV-} _axium_start
  _axium_here=$server:$pane:${AXIUM_SHELL_PLACE-}:$held
  _axium_own='' _axium_global=$_axium_run/global
  if [[ -n $held && ${AXIUM_SHELL_PLACE-} == ${server%,*}:$pane ]]; then
    _axium_global=$_axium_run/e/$held
    [[ $held != */* ]] || _axium_global='' # no name of a file: `axium run` is told of it
    return 0
  fi
  [[ $server == /*,*,* && $pane == %<-> ]] || return 0
  server=${server%,*}
  if _axium_read_start ${server##*,}; then
    _axium_own=$_axium_run/p$server,$_axium_start/$pane
  else
    _axium_global='' # a pane that can't be identified may have an override: let `axium run` see
  fi
}

_axium_choose_pointer() { # find _axium_file again
  emulate -L zsh
  [[ $_axium_here == ${TMUX-}:${TMUX_PANE-}:${AXIUM_SHELL_PLACE-}:${AXIUM_SHELL_ENV-} ]] ||
    _axium_find_place
  if [[ -n $_axium_own && -e $_axium_own ]]; then
    _axium_file=$_axium_own _axium_absent=''
  else
    _axium_file=$_axium_global _axium_absent=$_axium_own
  fi
}

_axium_read_pointer() { # into _axium_pointer: ENV STAMP SGR COMMANDS
  emulate -L zsh
  local _axium_words
  _axium_choose_pointer
  _axium_pointer=()
  _axium_read_words $_axium_file && [[ $#_axium_words == 4 && -n $_axium_words[2] ]] || return 1
  # One of an environment that this shell holds is not to be another one's.
  [[ ${_axium_file:h} != $_axium_run/e || ${_axium_file:t} == $_axium_words[1] ]] || return 1
  _axium_pointer=("${(@)_axium_words}")
}

_axium_name_original() { # into _axium_original: the file that _axium_pointer was a link to
  emulate -L zsh
  _axium_original=''
  [[ $_axium_pointer[2]$_axium_pointer[3]$_axium_pointer[4] == */* ]] ||
    _axium_original=$_axium_run/t/$_axium_pointer[2]/.$_axium_pointer[4],$_axium_pointer[3]
}

_axium_read_table() { # STAMP COMMAND, into _axium_table: VERDICT WHERE TAGGED...
  emulate -L zsh
  local _axium_words
  _axium_table=()
  [[ $1 != */* ]] && _axium_read_words $_axium_run/t/$1/$2 && [[ $#_axium_words -ge 2 ]] || return 1
  _axium_table=("${(@)_axium_words}")
}

_axium_read_commands() { # into _axium_names_read: STAMP NAME...
  emulate -L zsh
  local _axium_words text file=$_axium_home/state_cache.json
  _axium_names_read=()
  if _axium_read_words $_axium_run/commands && [[ $#_axium_words != 0 ]]; then
    _axium_names_read=("${(@)_axium_words}")
    return
  fi
  # The same from the cache, for a shell that starts before the daemon.
  [[ -f $file && -O $file && -r $file ]] || return 1
  text=$(<$file)
  [[ $text == *'"prefixed_commands"'*\[*\]* ]] || return 1
  text=${text#*'"prefixed_commands"'*\[}
  text=${text%%\]*}
  _axium_names_read=('')
  while [[ $text == *\"*\"* ]]; do
    text=${text#*\"}
    _axium_names_read+=("${text%%\"*}")
    text=${text#*\"}
  done
}
