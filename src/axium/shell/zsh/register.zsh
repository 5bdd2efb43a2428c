# Registers completion for `axium` and `ax`, as soon as there is something to register it with.

_axium() { # read at the first use
  source "$_axium_home/zsh/complete.zsh"
  _axium "$@"
}

_axium_register_completion() { # a precmd function: `compinit` may run at any time, and again
  [[ -n "${functions[compdef]+there}" && -z "${_comps[axium]-}" ]] || return 0
  compdef _axium axium ax
}

_axium_register_completion
