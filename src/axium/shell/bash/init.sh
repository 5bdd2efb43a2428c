# shellcheck shell=bash
# The hook of an interactive bash: `source` this file, or `eval "$(axium init bash)"`.
#
# Any shell can read this file: zsh is led to its own hook, others and scripts are left alone.
# Nothing here says `return`: under `eval` that would end the start file around it.

_axium_home=@AXIUM_HOME@
_axium_python=@AXIUM_PYTHON@
_axium_main=@AXIUM_MAIN@
_axium_version=@AXIUM_VERSION@

case $-:${ZSH_VERSION-}:${BASH_VERSION-} in
  *i*:?*:*)
    # shellcheck disable=SC1091 # a file of the config home
    if [ -r "$_axium_home/zsh/init.zsh" ]; then . "$_axium_home/zsh/init.zsh"; fi
    ;;
  *i*::[123].* | *i*::4.[0123] | *i*::4.[0123].*)
    printf '✗ bash %s is too old for axium\n  bash 4.4 or newer wraps commands; this shell is left as it was\n' \
      "$BASH_VERSION" >&2
    ;;
  *i*::?*)
    # shellcheck source=/dev/null
    . "$_axium_home/bash/load.bash"
    # shellcheck disable=SC2154 # set by load.bash
    for _axium_spoke in ${_axium_spokes[@]+"${_axium_spokes[@]}"}; do
      # shellcheck source=/dev/null
      . "$_axium_spoke" || : # which fails must not end a shell under `set -e`
    done
    unset _axium_spoke _axium_spokes
    ;;
esac
