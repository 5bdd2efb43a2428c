# Defines a function for each wrapped command, and takes away those that are not wrapped any more.

# A shell that loads another version of this file keeps its wrappers, and the account of them.
[[ ${(t)AXIUM_WRAPPED_COMMANDS} == array* ]] || typeset -ga AXIUM_WRAPPED_COMMANDS=()

axium_refresh_wrappers() { # make the wrappers of this shell those that are published
  emulate -L zsh
  setopt no_aliases
  local name
  _axium_read_commands || return 0
  local -a published=("${(@)_axium_names_read[2,-1]}") kept=() gone=()
  typeset -g _axium_commands=$_axium_names_read[1]
  for name in $AXIUM_WRAPPED_COMMANDS; do
    if [[ -n ${published[(re)$name]-} ]]; then kept+=($name); else gone+=($name); fi
  done
  AXIUM_WRAPPED_COMMANDS=($kept)
  _axium_remove $gone
  for name in $published; do
    _axium_define $name
  done
}

axium_clear_wrappers() { # take all wrappers away, until `axium_refresh_wrappers`
  emulate -L zsh
  _axium_remove $AXIUM_WRAPPED_COMMANDS
  AXIUM_WRAPPED_COMMANDS=()
  typeset -g _axium_commands=cleared
}

_axium_define() { # NAME
  emulate -L zsh
  setopt no_aliases
  [[ -z ${AXIUM_WRAPPED_COMMANDS[(re)$1]-} ]] && _axium_may_wrap $1 || return 0
  if ! _axium_is_wrapper $1; then
    if (( $+functions[$1] )); then
      printf '! `%s` is a function of your own: axium does not wrap it\n' $1 >&2
      return 0
    fi
    functions[$1]="_axium_wrap $1 \"\$@\""
  fi
  AXIUM_WRAPPED_COMMANDS+=($1)
}

_axium_may_wrap() { # NAME
  emulate -L zsh
  [[ $1 == [A-Za-z0-9_]* && $1 != *[^A-Za-z0-9_.+-]* ]] || return 1
  case $1 in
    axium | ax | axium_* | _axium_*) return 1 ;;
    echo | false | kill | printf | pwd | test | time | true) return 1 ;;
  esac
  ! _axium_is_shell_only $1
}

_axium_is_shell_only() { # WORD: whether it means something to a shell alone
  emulate -L zsh
  case $1 in
    . | : | ! | '[' | '[[' | ']]' | '{' | '}' | - | alias | bg | bind | break | builtin | \
      caller | case | cd | command | compgen | complete | compopt | continue | coproc | \
      declare | dirs | disown | do | done | elif | else | enable | end | 'esac' | eval | exec | \
      exit | export | fc | fg | fi | float | for | foreach | function | getopts | hash | help | \
      history | if | in | integer | jobs | let | local | logout | mapfile | nocorrect | \
      noglob | not | or | popd | pushd | read | readarray | readonly | repeat | return | \
      select | set | shift | shopt | source | suspend | switch | then | times | trap | type | \
      typeset | ulimit | umask | unalias | unset | until | wait | while) return 0 ;;
    # zsh alone has these, and needs them.
    autoload | bindkey | chdir | emulate | functions | getln | print | private | pushln | \
      rehash | setopt | unfunction | unhash | unsetopt | vared | whence | zcompile | zformat | \
      zle | zmodload | zparseopts | zregexparse | zstyle) return 0 ;;
  esac
  return 1
}

_axium_remove() { # NAME...: unless the user has defined a function of that name since
  emulate -L zsh
  local name
  for name; do
    ! _axium_is_wrapper $name || unset -f -- $name
  done
}

_axium_is_wrapper() { # NAME: whether the function of that name is ours
  emulate -L zsh
  [[ ${functions[$1]-} == $'\t_axium_wrap '$1' "$@"' ]]
}
