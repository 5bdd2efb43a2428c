# Defines a function for each wrapped command, and takes away those that are not wrapped any more.

# A shell that loads another version of this file keeps its wrappers, and the account of them.
[[ ${(t)AXIUM_WRAPPED_COMMANDS} == array* ]] || typeset -ga AXIUM_WRAPPED_COMMANDS=()

# Words that mean something to a shell alone; zsh alone has those of the last lines, and needs them.
typeset -ga _axium_shell_only
_axium_shell_only=(
  . : ! '[' '[[' ']]' '{' '}' - alias bg bind break builtin caller case cd command compgen complete
  compopt continue coproc declare dirs disown do done elif else enable end 'esac' eval exec exit
  export fc fg fi float for foreach function getopts hash help history if in integer jobs let local
  logout mapfile nocorrect noglob not or popd pushd read readarray readonly repeat return select
  set shift shopt source suspend switch then times trap type typeset ulimit umask unalias unset
  until wait while
  autoload bindkey chdir emulate functions getln print private pushln rehash setopt unfunction
  unhash unsetopt vared whence zcompile zformat zle zmodload zparseopts zregexparse zstyle
)

axium_refresh_wrappers() { # make the wrappers of this shell those that are published
  emulate -L zsh
  setopt no_aliases
  local name
  local -a names gone
  _axium_read_commands || return 0
  typeset -g _axium_commands=$_axium_names_read[1]
  names=("${(@)_axium_names_read[2,-1]}")
  names=(${${(M)names:#[A-Za-z0-9_]*}:#*[^A-Za-z0-9_.+-]*})
  names=(${names:#(axium|ax|axium_*|_axium_*|echo|false|kill|printf|pwd|test|time|true)})
  names=(${names:|_axium_shell_only})
  gone=(${AXIUM_WRAPPED_COMMANDS:|names})
  AXIUM_WRAPPED_COMMANDS=(${AXIUM_WRAPPED_COMMANDS:*names})
  _axium_remove $gone
  for name in ${names:|AXIUM_WRAPPED_COMMANDS}; do
    _axium_define $name
  done
}

axium_clear_wrappers() { # take all wrappers away, until `axium_refresh_wrappers`
  emulate -L zsh
  _axium_remove $AXIUM_WRAPPED_COMMANDS
  AXIUM_WRAPPED_COMMANDS=()
  typeset -g _axium_commands=cleared
}

# What follows is called from functions that run under the options of zsh.

_axium_define() { # NAME
  if (( ! $+functions[$1] )); then
    functions[$1]="_axium_wrap $1 \"\$@\""
  elif ! _axium_is_wrapper $1; then
    printf '! `%s` is a function of your own: axium does not wrap it\n' $1 >&2
    return 0
  fi
  AXIUM_WRAPPED_COMMANDS+=($1)
}

_axium_is_shell_only() { # WORD
  [[ -n ${_axium_shell_only[(re)$1]-} ]]
}

_axium_remove() { # NAME...: unless the user has defined a function of that name since
  local name
  for name; do
    ! _axium_is_wrapper $name || unset -f -- $name
  done
}

_axium_is_wrapper() { # NAME: whether the function of that name is ours
  [[ ${functions[$1]-} == $'\t_axium_wrap '$1' "$@"' ]]
}
