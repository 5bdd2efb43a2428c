# Defines a function for each wrapped command, and takes away those that are not wrapped any more.

# A shell that loads another version of this file keeps its wrappers, and the account of them.
set --query AXIUM_WRAPPED_COMMANDS; or set --global AXIUM_WRAPPED_COMMANDS

set --global __axium_can_be_wrapped \
    '^(?!(?:axium|ax|axium_.*|__axium_.*)\z)[A-Za-z0-9_][A-Za-z0-9._+-]*\z'

function axium_refresh_wrappers # make the wrappers of this shell those that are published
    __axium_read_commands; or return 0
    set --local names (string match --regex -- $__axium_can_be_wrapped $__axium_names[2..])
    set --global __axium_commands $__axium_names[1]
    __axium_remove (string match --invert --regex -- (__axium_any_of $names) $AXIUM_WRAPPED_COMMANDS)
    __axium_define (string match --invert --regex -- \
        (__axium_any_of $AXIUM_WRAPPED_COMMANDS (builtin --names)) $names)
end

# WORDS...: an expression that matches each of them alone; asking `contains` for one word after the
# other would take milliseconds.
function __axium_any_of
    builtin echo "^($(string escape --style=regex -- $argv | string join '|'))\z"
end

function axium_clear_wrappers # take all wrappers away, until `axium_refresh_wrappers`
    __axium_remove $AXIUM_WRAPPED_COMMANDS
    set --global __axium_commands cleared
end

function __axium_define # NAMES...: that can be wrapped, and are not
    set --local code
    for name in $argv
        if not builtin functions --query -- $name
            set --append code "function $name --description 'as the environment says'
    __axium_wrap $name \$argv
end
"
        else if not __axium_is_wrapper $name
            builtin printf '! `%s` is a function already: axium does not wrap it\n' $name >&2
            continue
        end
        set --global --append AXIUM_WRAPPED_COMMANDS $name
    end
    eval "$code"
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
