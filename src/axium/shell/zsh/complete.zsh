# Completes the words of `axium` from what is published: no process is started, but for panes tmux.
#
# Only what reads has options of its own; all that offers words runs under those of completion.

if (( ! $+functions[_axium_read_words] )); then # found on fpath, in a shell without the hook
  _axium_home=@AXIUM_HOME@ _axium_run=@AXIUM_HOME@/run
  source $_axium_home/zsh/read.zsh
fi

_axium() {
  local name=''
  local -a _axium_records record=()
  local -i at=2
  _axium_read_catalogue || return 1
  for (( ; at < CURRENT; at++ )); do # the longest name of a command or a group
    if _axium_is_name ${name:+$name }$words[at]; then
      name+=${name:+ }$words[at]
      record=("${(@M)_axium_records:#${(b)name}$'\t'*}")
    elif [[ $words[at] != -?* || $#record != 0 ]]; then
      break
    fi
  done
  if [[ $#record != 0 ]]; then
    _axium_complete_command $name $at ${=record[1]##*$'\t'}
  elif (( at == CURRENT )); then
    _axium_offer_names $name
  else
    _message "no command of axium: $words[2,at]"
  fi
}

_axium_read_catalogue() { # into _axium_records: NAME, section, help, words, with tabs between
  emulate -L zsh
  local -a _axium_words
  _axium_read_words $_axium_home/catalogue || return 1
  _axium_records=("${(@)_axium_words}")
}

_axium_is_name() { # NAME: whether a command is called so, or begins with these words
  local -a found=("${(@M)_axium_records:#${(b)1}[[:blank:]]*}")
  (( $#found ))
}

_axium_is_group() { # NAME: whether the names of commands begin with these words and go on
  local -a found=("${(@M)_axium_records:#${(b)1} *}")
  (( $#found ))
}

_axium_offer_names() { # WORDS: what may follow them in the name of a command
  local line rest next
  local -A helps
  local -a shown
  for line in "${(@M)_axium_records:#${(b)1}${1:+ }[^[:blank:]]*}"; do
    rest=${${line%%$'\t'*}#$1}
    next=${${rest# }%% *}
    [[ -n $next ]] || continue
    if [[ ${rest# } == $next ]]; then # a command
      helps[$next]=${${(ps:\t:)line}[3]}
    elif [[ -z ${helps[$next]-} ]]; then # a group
      helps[$next]="${(j:, :)${(@)${(@)${(@M)_axium_records:#${(b)1}${1:+ }$next *}%%$'\t'*}##* }}"
    fi
  done
  for next in ${(ko)helps}; do
    shown+=("${next//:/\\:}:$helps[$next]")
  done
  _describe -t commands 'command of axium' shown
}

_axium_complete_command() { # NAME AT WORDS...: a command's own words, of which AT is the first
  local name=$1 spec
  local -i at=$2 given=0
  local -A known
  local -a kinds
  for spec in "${@[3,-1]%[?!]}"; do # without the mark of what must or need not be there
    case $spec in
      -*=*) known[${spec%%=*}]=${spec#*=} ;;
      -*) known[$spec]='' ;;
      *) kinds+=($spec) ;;
    esac
  done
  local dashes='' kind first=$at
  for (( ; at <= CURRENT; at++ )); do
    kind=${kinds[given + 1]-}
    [[ -n $kind || $kinds[-1] != *\* ]] || kind=$kinds[-1]
    if [[ -z $dashes && $words[at] == -- ]] && (( at < CURRENT )); then
      dashes=yes
    elif [[ -z $dashes && $words[at] == -* ]] && (( at == CURRENT )); then
      _axium_complete_option
      return
    elif [[ -z $dashes && $words[at] == -?* ]]; then
      [[ -n ${known[$words[at]]-} ]] || continue
      if (( ++at == CURRENT )); then
        _axium_offer ${known[$words[at - 1]]}
        return
      fi
    elif [[ $kind == rest ]]; then
      _axium_complete_rest $at
      return
    elif (( at < CURRENT )); then
      (( ++given ))
    fi
  done
  local -i none=1
  if (( given == 0 )) && [[ $first == $CURRENT ]] && _axium_is_group $name; then
    _axium_offer_names $name && none=0
  fi
  if [[ -n $kind ]]; then
    _axium_offer $kind "${(@)words[CURRENT - given, CURRENT - 1]}" && none=0
  elif [[ -z $dashes ]]; then
    _axium_offer_options && none=0
  fi
  return none
}

_axium_complete_option() { # the word that begins with a dash
  local option=${PREFIX%%=*}
  if [[ $PREFIX == --*=* && -n ${known[$option]-} ]]; then
    compset -P '--*='
    _axium_offer $known[$option]
  else
    _axium_offer_options
  fi
}

_axium_offer_options() { # those that were not given yet
  local -a flags
  flags=(${${(ko)known}:|words})
  _wanted options expl option compadd -a flags
}

_axium_complete_rest() { # AT: a program and its arguments, as they complete by themselves
  shift $(( $1 - 1 )) words
  (( CURRENT -= $1 - 1 ))
  _normal -p $service
}

_axium_offer() { # KIND GIVEN...: words of this kind
  local -a found
  local expl
  case $1 in
    env | env\*)
      _axium_read_names envs && _wanted environments expl environment compadd -a found ;;
    wrapped | wrapped\*)
      _axium_read_names commands && shift found &&
        _wanted commands expl 'wrapped command' compadd -a found ;;
    pane | pane\*) _axium_read_panes && _describe -t panes 'pane of tmux' found ;;
    link | link\*) _axium_read_names links && _wanted links expl link compadd -a found ;;
    method | method\*)
      _axium_read_names methods && found=(${(u)found#* }) &&
        _wanted methods expl method compadd -a found
      ;;
    spoke | spoke\*) _axium_find_plugins spoke && _wanted spokes expl spoke compadd -a found ;;
    gear | gear\*) _axium_find_plugins gear && _wanted gears expl gear compadd -a found ;;
    wrappable | wrappable\*) _command_names -e ;;
    command | command\*) _axium_offer_names "${(j: :)@[2,-1]}" ;;
    path | path\*) _files ;;
    \{*\})
      found=(${(s:,:)${${1#?}%?}})
      _wanted values expl value compadd -a found
      ;;
    key) _message 'property of the environment' ;;
    *) _message text ;;
  esac
}

_axium_read_names() { # FILE, into found
  emulate -L zsh
  local -a _axium_words
  _axium_read_words $_axium_run/$1 || return 1
  found=("${(@)_axium_words}")
}

_axium_find_plugins() { # KIND, into found
  emulate -L zsh
  found=($_axium_home/${1}s/*/($1|manifest).yaml(N-.:h:t))
  found=(${(u)found})
}

_axium_read_panes() { # into found: each pane with what is in it
  [[ -n ${TMUX-} ]] || return 1
  found=(${(f)"$(_call_program panes \
    "tmux list-panes -a -F '#{pane_id}:#{session_name}:#{window_index}.#{pane_index} #{pane_current_command}'")"})
}
