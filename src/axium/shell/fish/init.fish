# The hook of an interactive fish: `source` this file, or `axium init fish | source`.
#
# Scripts that read it are left alone. Nothing here says `return`: that would end the start file
# around it.

if status is-interactive
    if string match --quiet --regex '^([0-2]|3\.[0-5])(\.|$)' -- $version
        builtin printf '✗ fish %s is too old for axium\n' $version >&2
        builtin echo "  3.6 or newer wraps commands; this shell is left as it was" >&2
    else
        set --global __axium_home @AXIUM_HOME@
        set --global __axium_python @AXIUM_PYTHON@
        set --global __axium_main @AXIUM_MAIN@
        set --global __axium_version @AXIUM_VERSION@
        builtin source $__axium_home/fish/load.fish
        for __axium_spoke in $__axium_spokes
            builtin source $__axium_spoke
        end
        set --erase __axium_spoke __axium_spokes
    end
end
