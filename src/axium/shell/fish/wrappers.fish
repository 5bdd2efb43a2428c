# Defines a function for each wrapped command, and takes away those that are not wrapped any more.

# A shell that loads another version of this file keeps its wrappers, and the account of them.
set --query AXIUM_WRAPPED_COMMANDS; or set --global AXIUM_WRAPPED_COMMANDS

function axium_refresh_wrappers # make the wrappers of this shell those that are published
    __axium_read_commands; or return 0
    set --local names $__axium_names
    set --global __axium_commands $names[1]
    for name in $AXIUM_WRAPPED_COMMANDS
        builtin contains -- $name $names[2..]; or __axium_remove $name
    end
    __axium_define $names[2..]
end

function axium_clear_wrappers # take all wrappers away, until `axium_refresh_wrappers`
    __axium_remove $AXIUM_WRAPPED_COMMANDS
    set --global __axium_commands cleared
end

function __axium_define # NAMES...
    set --local code
    set --local builtins (builtin --names)
    for name in $argv
        builtin contains -- $name $AXIUM_WRAPPED_COMMANDS; and continue
        __axium_may_wrap $name; and not builtin contains -- $name $builtins; or continue
        if not __axium_is_wrapper $name
            if builtin functions --query -- $name
                builtin printf '! `%s` is a function already: axium does not wrap it\n' $name >&2
                continue
            end
            set --append code "function $name --description 'as the environment says'
    __axium_wrap $name \$argv
end"
        end
        set --global --append AXIUM_WRAPPED_COMMANDS $name
    end
    # Nothing is in it but names that `__axium_may_wrap` let through.
    eval (string join \n -- $code | string collect)
end

function __axium_may_wrap --argument-names name
    string match --quiet --regex '^[A-Za-z0-9_][A-Za-z0-9._+-]*\z' -- $name
    and not string match --quiet --regex '^(axium|ax|axium_.*|__axium_.*)\z' -- $name
end

function __axium_remove # NAMES...: unless the user has defined a function of that name since
    for name in $argv
        __axium_is_wrapper $name; and builtin functions --erase -- $name
        set --local index (builtin contains --index -- $name $AXIUM_WRAPPED_COMMANDS)
        and set --global --erase AXIUM_WRAPPED_COMMANDS[$index]
    end
end

function __axium_is_wrapper --argument-names name # whether the function of that name is ours
    builtin functions --query -- $name; or return 1
    set --local code (builtin functions --no-details -- $name)
    test "$code[2]" = "    __axium_wrap $name \$argv"; and test (builtin count $code) = 3
end
