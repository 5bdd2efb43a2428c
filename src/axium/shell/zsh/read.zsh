# Reads what the daemon publishes into arrays of zsh: words that end in NUL, each of them data.
#
# A reader fails where a file is not there, not ours, damaged or of another version; its caller
# then goes to `axium run`. `emulate -L zsh` holds for the reading alone, never for a command.

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

_axium_find_pane() { # where this pane's pointer is; again when TMUX or TMUX_PANE changes
  emulate -L zsh
  local server=${TMUX-} pane=${TMUX_PANE-} _axium_start
  _axium_pane=$server:$pane
  _axium_own='' _axium_global=$_axium_run/global
  [[ $server == /*,*,* && $pane == %<-> ]] || return 0
  server=${server%,*}
  if _axium_read_start ${server##*,}; then
    _axium_own=$_axium_run/p$server,$_axium_start/$pane
  else
    _axium_global='' # a pane that can't be identified may have an override: let `axium run` see
  fi
}

_axium_read_pointer() { # into _axium_pointer: ENV STAMP SGR COMMANDS
  emulate -L zsh
  local _axium_words file
  [[ ${_axium_pane-} == ${TMUX-}:${TMUX_PANE-} ]] || _axium_find_pane
  file=$_axium_own
  [[ -n $file && -e $file ]] || file=$_axium_global
  _axium_pointer=()
  _axium_read_words $file && [[ $#_axium_words == 4 && -n $_axium_words[2] ]] || return 1
  _axium_pointer=("${(@)_axium_words}")
}

_axium_read_table() { # STAMP COMMAND, into _axium_table: VERDICT WHERE TAGGED...
  emulate -L zsh
  local _axium_words
  _axium_table=()
  [[ $1 != */* ]] && _axium_read_words $_axium_run/t/$1/$2 && [[ $#_axium_words -ge 2 ]] || return 1
  _axium_table=("${(@)_axium_words}")
}
