# The hook of an interactive zsh: `source` this file, or `eval "$(axium init zsh)"`.
#
# Scripts that read it are left alone. Nothing here says `return`: under `eval` that would end the
# start file around it. What an alias or an option of the user's could change is in load.zsh.

_axium_home=@AXIUM_HOME@
_axium_python=@AXIUM_PYTHON@
_axium_main=@AXIUM_MAIN@
_axium_version=@AXIUM_VERSION@

case $-:$ZSH_VERSION in
  *i*:[0-4].* | *i*:5.0 | *i*:5.0.*)
    \builtin print -u2 -r -- "✗ zsh $ZSH_VERSION is too old for axium"
    \builtin print -u2 -r -- "  5.1 or newer wraps commands; this shell is left as it was"
    ;;
  *i*:*)
    () {
      \builtin emulate -L zsh
      \builtin setopt no_aliases
      \builtin source "$_axium_home/zsh/load.zsh"
    }
    for _axium_spoke in "${_axium_spokes[@]}"; do
      \builtin source "$_axium_spoke" || \builtin true # no failure ends a shell under `set -e`
    done
    \builtin unset _axium_spoke _axium_spokes
    ;;
esac
