# shellcheck shell=bash disable=SC2154 # names that `_axium_complete` makes local
# Completes `axium` and `ax` from what is published; nothing is started but tmux, for its panes.
#
# The hook reads this file at the first Tab. It also stands by itself, in a shell without the hook.

_axium_published=@AXIUM_HOME@

_axium_complete() {
  [[ $- != *k* ]] || return 0 # `set -k` turns the arguments of `local` into something else
  local _axium_line _axium_places _axium_starts _axium_typed _axium_quote _axium_cut _axium_words
  local _axium_tool=''
  COMPREPLY=()
  _axium_complete_own
  # Other tools' functions run with the user's own options.
  [[ -z $_axium_tool ]] ||
    _axium_complete_tool "${_axium_places[_axium_tool]}" "${_axium_starts[_axium_tool]}"
}

_axium_complete_own() { # fills COMPREPLY, or _axium_tool where another command's words begin
  local - IFS=' ' at=1 last name='' word tail kinds=() options=() records
  set -f +aeu
  _axium_split_line
  last=$((${#_axium_line[@]} - 1))
  _axium_read_words catalogue || return 0
  records=("${_axium_words[@]}")
  while [[ $at -lt $last && ${_axium_line[at]} == -?* ]]; do at=$((at + 1)); done
  while [[ $at -lt $last ]] && _axium_is_known "${name:+$name }${_axium_line[at]}"; do
    name=${name:+$name }${_axium_line[at]} at=$((at + 1))
  done
  [[ $at -lt $last ]] || _axium_offer_next "$name"
  for word in "${records[@]}"; do
    [[ $word == "$name"$'\t'* ]] || continue
    for tail in ${word##*$'\t'}; do
      tail=${tail%[?!]} # whether it must be there
      case $tail in -?*) options+=("$tail") ;; *) kinds+=("$tail") ;; esac
    done
    _axium_complete_arguments
    return
  done
  [[ -n $name || $_axium_typed != -* ]] || _axium_offer -v --verbose --version --help
}

_axium_complete_arguments() { # of a command that has `options` and `kinds`; its name ends at `at`
  local first=$at number=0 value='' dashes='' kind
  for (( ; at < last; at++)); do
    word=${_axium_line[at]} kind=${kinds[number]-}
    if [[ -n $value ]]; then
      value=''
    elif [[ -z $dashes && $word == -- ]]; then
      dashes=yes
    elif [[ -z $dashes && $word == -?* ]]; then
      _axium_value_of "$word"
    elif [[ $kind == rest ]]; then
      _axium_tool=$at
      return
    elif [[ $kind != *'*' ]]; then
      number=$((number + 1))
    fi
  done
  if [[ -n $value ]]; then
    _axium_offer_kind "$value" ''
  elif [[ -z $dashes && $_axium_typed == -*=* ]]; then
    _axium_value_of "${_axium_typed%%=*}"
    _axium_offer_kind "$value" "${_axium_typed%%=*}="
  elif [[ -z $dashes && $_axium_typed == -* ]]; then
    _axium_offer "${options[@]%%=*}"
  else
    _axium_offer_kind "${kinds[number]-}" ''
  fi
}

_axium_value_of() { # OPTION: into `value`, the kind of what follows it; empty for nothing
  local option
  value=''
  for option in "${options[@]}"; do
    [[ $option != "$1="* ]] || value=${option#*=}
  done
}

_axium_offer_kind() { # KIND PREFIX
  local kind=${1%'*'} found=() IFS=$' \t\n'
  case $kind in
    env) _axium_read_words run/envs && found=("${_axium_words[@]}") ;;
    wrapped) _axium_read_words run/commands && found=("${_axium_words[@]:1}") ;;
    link) _axium_read_words run/links && found=("${_axium_words[@]}") ;;
    method) _axium_read_words run/methods && found=("${_axium_words[@]#* }") ;;
    spoke | gear) mapfile -t found < <(_axium_print_plugins "$kind") ;;
    wrappable | rest) _axium_find_programs ;;
    pane) [[ -z ${TMUX-} ]] ||
      mapfile -t found < <(command tmux list-panes -a -F '#{pane_id}' 2>/dev/null) ;;
    command)
      _axium_offer_next "${_axium_line[*]:first:last-first}"
      return
      ;;
    path)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$_axium_typed")
      return
      ;;
    '{'*'}')
      kind=${kind#'{'}
      IFS=, read -r -a found <<<"${kind%'}'}"
      ;;
  esac
  _axium_offer "${found[@]/#/$2}"
}

_axium_print_plugins() { # KIND: their names, a line each; runs in a subshell
  local path
  set +f
  shopt -u failglob dotglob
  for path in "$_axium_published/$1s"/*/; do
    path=${path%/}
    [[ ! -f $path/$1.yaml && ! -f $path/manifest.yaml ]] || printf '%s\n' "${path##*/}"
  done
}

_axium_find_programs() { # into `found`: what PATH has and what is wrapped, nothing of bash's own
  local name names wrapped=$'\n' own=$'\n'
  _axium_read_words run/commands && printf -v wrapped '\n%s' "${_axium_words[@]:1}" ''
  mapfile -t names < <(compgen -A alias -A builtin -A function -A keyword -- "$_axium_typed")
  for name in "${names[@]}"; do
    [[ $wrapped == *$'\n'"$name"$'\n'* ]] || type -P -- "$name" >/dev/null || own+=$name$'\n'
  done
  mapfile -t names < <(compgen -c -- "$_axium_typed")
  for name in "${names[@]}"; do
    [[ $own == *$'\n'"$name"$'\n'* ]] || found+=("$name")
  done
}

_axium_offer_next() { # NAME: what may stand after it in the name of a command
  local record next known=()
  for record in "${records[@]}"; do
    [[ -z $1 || $record == "$1 "* ]] || continue
    next=${record%%$'\t'*}
    next=${next#"${1:+$1 }"}
    known+=("${next%% *}")
  done
  _axium_offer "${known[@]}"
}

_axium_offer() { # WORDS...: as they have to be typed
  local word shown
  for word; do
    if [[ -z $_axium_quote ]]; then
      printf -v shown %q "$word"
    elif [[ $word == *[\"\'\$\`\\!]* ]]; then
      continue
    else
      shown=$word
    fi
    [[ $shown != "$_axium_typed"* ]] || COMPREPLY+=("${shown#"$_axium_cut"}")
  done
}

_axium_is_known() { # NAME: whether a command has this name, or one that goes on from it
  local record
  for record in "${records[@]}"; do
    [[ $record != "$1"[$' \t']* ]] || return 0
  done
  return 1
}

_axium_split_line() { # the words up to the cursor as the program would get them
  # bash has split them at `=` and `:` too: what no blank stands between is one word.
  local line=${COMP_LINE:0:COMP_POINT} start=0 word blanks index breaks=${COMP_WORDBREAKS//[!@=:]/}
  _axium_line=() _axium_places=() _axium_starts=() _axium_quote='' _axium_cut=''
  for ((index = 0; index <= COMP_CWORD; index++)); do
    blanks=${line%%[!$' \t\n']*}
    line=${line#"$blanks"} word=${COMP_WORDS[index]}
    [[ $index != "$COMP_CWORD" ]] || word=$line
    start=$((start + ${#blanks}))
    if [[ -n $blanks || $index == 0 ]]; then
      _axium_line+=("$word") _axium_places+=("$index") _axium_starts+=("$start")
    else
      _axium_line[-1]+=$word
    fi
    line=${line#"$word"} start=$((start + ${#word}))
  done
  _axium_typed=${_axium_line[-1]}
  case $_axium_typed in
    [\"\']*) _axium_quote=${_axium_typed:0:1} _axium_typed=${_axium_typed:1} ;;
    *[@=:]*) [[ -z $breaks ]] || _axium_cut=${_axium_typed%"${_axium_typed##*["$breaks"]}"} ;;
  esac
  _axium_cut=${_axium_cut%@} # readline counts this one to what it replaces
}

_axium_read_words() { # FILE: into _axium_words, what it says
  local file=$_axium_published/$1
  [[ -f $file && -O $file && -r $file ]] && mapfile -d '' -t _axium_words 2>/dev/null <"$file" &&
    [[ ${_axium_words[0]-} == axium1 && ${_axium_words[-1]} == end ]] || return
  _axium_words=("${_axium_words[@]:1:${#_axium_words[@]}-2}")
}

_axium_complete_tool() { # PLACE START: complete the words from there on as if they stood alone
  local COMP_LINE=${COMP_LINE:$2} COMP_POINT=$((COMP_POINT - $2)) COMP_CWORD=$((COMP_CWORD - $1))
  local COMP_WORDS=("${COMP_WORDS[@]:$1}") spec=''
  local tool=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  [[ $word != [=:] ]] || word=''
  if ! _axium_find_spec "$tool"; then
    spec=$(complete -p -D 2>/dev/null) || spec='' # bash-completion reads a tool's file by this
  fi
  [[ -z $spec ]] || _axium_follow_spec
  if [[ $? == 124 ]] && _axium_find_spec "$tool"; then _axium_follow_spec; fi
  [[ -n $spec ]] || compopt -o bashdefault -o default 2>/dev/null
}

_axium_find_spec() { # TOOL: into `spec`
  spec=$(complete -p -- "$1" 2>/dev/null) || spec=$(complete -p -- "${1##*/}" 2>/dev/null)
}

_axium_follow_spec() { # as `complete` would: the line is bash's own, quoted by itself
  local rest=" ${spec#complete }" found
  while [[ $rest == *' -o '* ]]; do
    rest=${rest#*' -o '}
    compopt -o "${rest%% *}" 2>/dev/null
  done
  case $spec in
    *' -F '*)
      found=${spec#*' -F '}
      "${found%% *}" "$tool" "$word" "$before"
      ;;
    *' -C '*)
      found=${spec#*' -C '}
      eval "found=${found% *}"
      mapfile -t COMPREPLY < <(
        export COMP_LINE COMP_POINT COMP_KEY COMP_TYPE
        eval "$found"' "$tool" "$word" "$before"'
      )
      ;;
    *)
      found=${spec#complete}
      mapfile -t COMPREPLY < <(eval "compgen ${found% *}"' -- "$word"')
      ;;
  esac
}

complete -F _axium_complete axium ax
