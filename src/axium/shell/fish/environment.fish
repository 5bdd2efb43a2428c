# The functions `axium` and `ax`: what a shell alone can do for itself, all else is the program's.

# What this shell held before the environment that it holds now; empty: none, it followed its pane.
set --query __axium_held_before; or set --global __axium_held_before ''

function __axium_define_own # unless the user has functions of these names
    for name in axium ax
        if not builtin functions --query -- $name
            or test (builtin functions --no-details -- $name)[2] = "    __axium_program $name \$argv"
            eval "function $name --description 'one environment per terminal pane'
    __axium_program $name \$argv
end"
        end
    end
end

function __axium_program # PROGRAM ARGS...: the body of `axium` and `ax`
    set --local words
    set --local options
    set --local own no
    set --local other no
    for word in $argv[2..]
        switch $word
            case --
                break
            case --shell
                set own yes
            case -v --verbose
                set --append options $word
            case -
                set --append words $word
            case '-*'
                set other yes
            case '*'
                set --append words $word
        end
    end
    switch "$words[1..2] $own $other"
        case 'env set yes no' 'env clear yes no'
            __axium_hold $argv
        case 'env - no no'
            __axium_return $argv[1] $options
        case '*'
            AXIUM_HOOK="fish $__axium_version" command $argv # for `doctor`
    end
    set --local code $status
    if test "$words[1]" = env
        set __axium_seen ''
        __axium_catch_up
    end
    return $code
end

function __axium_find_held # into __axium_held: what this shell holds; empty for nothing
    __axium_find_server
    set --global __axium_held ''
    test "$AXIUM_SHELL_PLACE" = "$__axium_server:$TMUX_PANE"; and set __axium_held "$AXIUM_SHELL_ENV"
end

function __axium_hold # PROGRAM ARGS...: the program checks the name and prints what is to be held
    set --local name
    AXIUM_SHELL_HOOK=1 command $argv | read --null name
    set --local code $pipestatus[1]
    test $code = 0; or return $code
    string match --quiet --regex '(?s)^(?<name>.*?)\n?\z' -- "$name"
    __axium_find_held
    test "x$name" = "x$__axium_held"; or set --global __axium_held_before $__axium_held
    if test -n "$name"
        set --global --export AXIUM_SHELL_ENV $name
        set --global --export AXIUM_SHELL_PLACE "$__axium_server:$TMUX_PANE"
    else
        set --erase --global AXIUM_SHELL_ENV
        set --erase --global AXIUM_SHELL_PLACE
    end
    return 0
end

function __axium_return # PROGRAM OPTIONS...: `env -`, of this shell if it holds an environment
    __axium_find_held
    if test -z "$__axium_held"
        command $argv env -
    else if test -n "$__axium_held_before"
        __axium_hold $argv env set --shell -- $__axium_held_before
    else
        __axium_hold $argv env clear --shell
    end
end

__axium_define_own
