# Loads the hook once per shell.
#
# A function of the user's may have the name of a builtin: `builtin` says which one is meant, but
# where fish itself keeps the name for its own (`set`, `test`, `read`, `string`, `status`, ...).

function __axium_load # fills __axium_spokes with what is to be sourced outside of any function
    set --global __axium_spokes
    if test "$__axium_loaded" = "$__axium_version $__axium_home"
        axium_refresh_wrappers
        return
    end
    for file in read wrap wrappers prompt environment complete
        builtin source $__axium_home/fish/$file.fish; or return
    end
    __axium_enter
    for file in $__axium_home/spokes/*/init.fish
        test -f $file; and test -O $file; and test -r $file; and set --append __axium_spokes $file
    end
    set --global __axium_loaded "$__axium_version $__axium_home"
end

function __axium_enter
    set --global __axium_run $__axium_home/run
    set --global __axium_commands unknown
    set --global __axium_here unknown
    axium_refresh_wrappers
    __axium_tell_unknown
    axium_prompt
    __axium_enter_tmux
end

# A shell that was started by a wrapped tool is a new place to type commands in. One that `axium
# run` asks for a function (`fish -ic`) goes on inside that tool: it never comes to a prompt.
function __axium_begin --on-event fish_prompt
    set --erase --global AXIUM_WRAPPED
    functions --erase __axium_begin
end

function __axium_tell_unknown # where commands may run plainly that a rule is meant for
    set --local rules $__axium_home/prefixes.yaml
    if test "$__axium_commands" = unknown
        builtin printf '! no command is wrapped: no daemon has run in %s; run `axium daemon start`\n' \
            (string escape -- $__axium_home) >&2
    else if test -z "$__axium_commands"; and test $rules -nt $__axium_home/state_cache.json
        builtin printf '! new rules may not be in force: no daemon has read %s; run `axium daemon start`\n' \
            (string escape -- $rules) >&2
    end
end

function __axium_enter_tmux
    set --query TMUX[1]; or return 0
    builtin source $__axium_home/tmux/functions.fish
    test "$AXIUM_TMUX_MINIMAL" != 1; or return 0
    # The server passes AXIUM_TMUX on to every pane made later: once per server and version.
    set --local mark "$__axium_version "(string replace --regex ',[^,]*$' '' -- "$TMUX")
    test "$AXIUM_TMUX" != "$mark"; or return 0
    set --global --export AXIUM_TMUX $mark
    command sh $__axium_home/tmux/init.sh
end

__axium_load
functions --erase __axium_load __axium_enter __axium_tell_unknown __axium_enter_tmux
