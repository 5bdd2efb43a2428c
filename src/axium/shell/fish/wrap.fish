# Runs a wrapped command as the published tables say; no process is started but the tool.
#
# The words of a table are sorted once and kept while the same command runs in the same
# environment: the original of a pointer never changes.

set --global __axium_learned ''
set --global __axium_command ''
set --global __axium_path unknown
set --global __axium_shims

function __axium_wrap # NAME ARGS...: the body of every wrapper
    if test "x$AXIUM_OFF" = x1 -o "x$AXIUM_WRAPPED" = "x$argv[1]"
        __axium_step_aside $argv
        return
    end
    begin
        # A handler of the user's, which may run wrapped commands, has to wait while the words that
        # were sorted are in use.
        builtin block --local
        if not test "$argv[1]:$PATH:$TMUX:$TMUX_PANE:$AXIUM_SHELL_PLACE:$AXIUM_SHELL_ENV" = \
                "$__axium_command:$__axium_path:$__axium_here" \
                -a "$__axium_file" -ef "$__axium_learned" -a -O "$__axium_file" -a ! -e "$__axium_absent"
            if not __axium_read_pointer; or not __axium_learn $argv
                __axium_ask $argv
                return
            end
        end
        set --function __axium_line $__axium_before $argv[2..] $__axium_after
        if test "$__axium_line[1]" != "$__axium_found"
            and begin
                builtin functions --query -- $__axium_line[1]; or not command --query -- $__axium_line[1]
                or set --query __axium_shims[1]
            end
            __axium_look_for $argv
            switch $status
                case 0
                    set __axium_line[1] $__axium_tool
                case 1
                    set --function __axium_is_function
                case 2
                    __axium_ask $argv
                    return
                case 3
                    set __axium_line $__axium_tool $argv[2..]
                case 127
                    return 127
            end
        end
        # What hides a global variable from the tool does not hide a universal one.
        set --query --universal --export $__axium_unset
        if test $status != $__axium_how_many_unset
            __axium_ask $argv
            return
        end
        # A local that is there already stood in front of the command.
        set --query --local $__axium_changed
        test $status = $__axium_how_many; or __axium_note_inline $argv[1]
        # Locals, so that the shell has its own values back, also after Ctrl-C. `--unpath`: a list
        # of directories is one text here. One that is not exported hides the exported one of its
        # name from the tool.
        for __axium_place in $__axium_places
            set --function --export --unpath $__axium_set[$__axium_place] $__axium_values[$__axium_place]
            or begin
                __axium_refuse_variable $argv[1] $__axium_set[$__axium_place]
                return 126
            end
        end
        for __axium_name in $__axium_unset
            set --function --unexport $__axium_name
            or begin
                __axium_refuse_variable $argv[1] $__axium_name
                return 126
            end
        end
    end
    if set --query --function __axium_is_function
        $__axium_line
    else
        command $__axium_line
    end
end

function __axium_ask # NAME ARGS...: let the program decide
    AXIUM_HOME=$__axium_home command $__axium_python -I -S -E $__axium_main run $argv
end

function __axium_learn # NAME ARGS...: sort the table's words; fails where `axium run` is to decide
    set --global __axium_learned ''
    set --global __axium_command ''
    set --global __axium_found ''
    set --global __axium_plain ''
    set --global __axium_before
    set --global __axium_after
    set --global __axium_set
    set --global __axium_values
    set --global __axium_places
    set --global __axium_unset
    set --local plugins
    __axium_name_original
    __axium_read_table "$__axium_pointer[2]" $argv[1]; and test "x$__axium_table[1]" = xgo; or return 1
    set --global __axium_where $__axium_table[2]
    for word in $__axium_table[3..]
        set --local tag
        set --local rest
        set --local name
        set --local value
        string match --quiet --regex '(?s)^(?<tag>.)(?<rest>.*)\z' -- $word
        switch "$tag"
            case '<'
                set --append __axium_before $rest
            case '>'
                set --append __axium_after $rest
            case '='
                string match --quiet --regex '(?s)^(?<name>[^=]*)=(?<value>.*)\z' -- $rest
                and __axium_is_settable "$name"
                or return 1
                __axium_take_value $name "$value"
            case -
                __axium_is_settable $rest; or return 1
                set --append __axium_unset $rest
            case @
                set --append plugins $rest
            case '*'
                test "x$word" = 'x?plain'; or return 1
                set __axium_plain yes
        end
    end
    test -n "$__axium_before[1]"; or return 1
    __axium_take_own $argv[1] "$__axium_pointer[1]"; or return 1
    # Where the program is not that of the name, a function may come before it at any time.
    __axium_find_tool $argv[1]
    test "$__axium_before[1]" = $argv[1]; and not set --query __axium_shims[1]
    and set --query __axium_tool[1]
    and set __axium_found $argv[1]
    if set --query plugins[1] # what depends on the arguments is not kept
        not builtin contains -- "$argv[2]" $plugins
        return
    end
    set __axium_learned $__axium_original
    set __axium_command $argv[1]
end

function __axium_take_own --argument-names command env # what every wrapped command is told
    if test -n "$env"
        __axium_take_value AXIUM_ENV $env
    else
        set --append __axium_unset AXIUM_ENV
    end
    set --global __axium_changed $__axium_set $__axium_unset
    set --global __axium_how_many (builtin count $__axium_changed)
    set --global __axium_how_many_unset (builtin count $__axium_unset)
    or set __axium_how_many_unset 255 # what `set --query` answers for none
    __axium_take_value AXIUM_WRAPPED $command
    test $__axium_how_many -lt 255 # an exit code can't count more
end

function __axium_take_value --argument-names name value # one more variable of the tool's
    set --append __axium_set $name
    set --append __axium_values "$value"
    set --append __axium_places (builtin count $__axium_set)
end

function __axium_is_settable --argument-names name # whether fish itself does not mind
    string match --quiet --regex '^[A-Za-z_][A-Za-z0-9_]*\z' -- $name; or return 1
    # These mean something to fish, or are ours: this shell must not have them changed.
    set --local kept argv _ status status_generation pipestatus history hostname version \
        FISH_VERSION SHLVL PWD OLDPWD HOME PATH CDPATH IFS umask LANG LANGUAGE LOCPATH TERM TERMINFO \
        TERMINFO_DIRS COLORTERM COLUMNS LINES TZ TMUX TMUX_PANE
    not builtin contains -- $name $kept
    and not string match --quiet --regex '^(LC_|_*fish_|__axium_|AXIUM_)' -- $name
end

function __axium_find_tool --argument-names name # into __axium_tool, past the shims; empty for none
    set --global __axium_tool
    if test "$PATH" != "$__axium_path"
        set --global __axium_path "$PATH"
        set --global __axium_shims
        for directory in $PATH
            test -e $directory/.axium-shim; and set __axium_shims $directory
        end
    end
    if not set --query __axium_shims[1]
        command --query -- $name; and set __axium_tool $name
        return 0
    end
    for file in (command --all --search -- $name)
        test $file -ef (path dirname -- $file)/.axium-shim; and continue
        set __axium_tool $file
        return 0
    end
end

function __axium_step_aside # NAME ARGS...: the tool itself, as if there were neither wrapper nor shim
    __axium_find_tool $argv[1]
    set --query __axium_tool[1]; or set __axium_tool $argv[1]
    command $__axium_tool $argv[2..]
end

# NAME ARGS...: where another program comes first. 0: it is __axium_tool, 1: it is a function, 2: let
# `axium run` decide, 3: the plain command, __axium_tool, runs, 127: it is not there, and told
function __axium_look_for
    set --local program $__axium_before[1]
    if test "$program" != "$argv[1]"; and __axium_is_users $program
        # A function does not see what hides an exported variable here: it would use that one.
        set --query --export $__axium_unset
        test $status = $__axium_how_many_unset; and return 1
        return 2
    end
    __axium_find_tool $program
    set --query __axium_tool[1]; and return 0
    if test -n "$__axium_plain"
        __axium_find_tool $argv[1]
        set --query __axium_tool[1]; or set __axium_tool $argv[1]
        return 3
    end
    if test "$program" = "$argv[1]"
        builtin printf 'fish: Unknown command: %s\n' $program >&2
        return 127
    end
    builtin printf '✗ `%s` did not run: `%s`, which its rule names, is not there\n' \
        $argv[1] (string escape -- $program) >&2
    builtin printf '  see %s: install it, or write `fallback: plain` there\n' \
        (string escape -- $__axium_where) >&2
    return 127
end

function __axium_is_users --argument-names name # whether it is a function, and no wrapper of ours
    builtin functions --query -- $name
    and begin
        not builtin contains -- $name $AXIUM_WRAPPED_COMMANDS; or not __axium_is_wrapper $name
    end
end

function __axium_note_inline # NAME: tell of those whose value the rule does not share
    for __axium_name in $__axium_changed
        set --query --local $__axium_name; or continue
        set --local __axium_place (builtin contains --index -- $__axium_name $__axium_set)
        and test "x$$__axium_name" = "x$__axium_values[$__axium_place]"
        and continue
        builtin printf '! `%s` in front of `%s` is not used: the rule at %s comes first\n' \
            $__axium_name $argv[1] (string escape -- $__axium_where) >&2
    end
end

function __axium_refuse_variable --argument-names command name
    builtin printf '✗ `%s` did not run: the variable `%s` can not be changed in this shell\n' \
        $command $name >&2
    builtin printf '  the rule at %s changes it\n' (string escape -- $__axium_where) >&2
end
