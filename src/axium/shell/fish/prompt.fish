# Keeps AXIUM_ENV, AXIUM_PROMPT and the wrappers of this shell up to date at every prompt.

set --global __axium_seen '' # the original of the pointer that this shell shows
set --global __axium_env ''
set --global --unexport AXIUM_PROMPT ''

# The event comes before `fish_prompt` itself is called, which thus sees what holds now; fish keeps
# $status around it.
function axium_prompt --on-event fish_prompt
    test "$__axium_file" -ef "$__axium_seen" -a -O "$__axium_file" -a ! -e "$__axium_absent"
    and test "$TMUX:$TMUX_PANE:$AXIUM_SHELL_PLACE:$AXIUM_SHELL_ENV:$AXIUM_ENV" = "$__axium_here:$__axium_env"
    or __axium_catch_up
end

function axium_prompt_segment # for `fish_prompt` or `fish_right_prompt`: nothing in it is expanded
    builtin printf %s "$AXIUM_PROMPT"
end

function __axium_catch_up # after a change, and where the pointer can't be read
    __axium_read_pointer; or set __axium_pointer '' '?' '' "$__axium_commands"
    __axium_show
    set --local published $__axium_pointer[4]
    builtin contains -- "$__axium_commands" "$published" cleared; or axium_refresh_wrappers
    set __axium_seen ''
    # Where the names are not those that the pointer speaks of, the next prompt looks again.
    if builtin contains -- "$__axium_commands" "$published" cleared
        set __axium_env $__axium_pointer[1]
        __axium_name_original
        set __axium_seen $__axium_original
    end
end

function __axium_show # AXIUM_ENV and AXIUM_PROMPT from the pointer's words
    set --local env $__axium_pointer[1]
    set --local sgr $__axium_pointer[3]
    # A command that we are inside of was given the environment as it was: its name is wrapped again.
    test "x$__axium_pointer[2]" = 'x?'; or test "x$env" = "x$AXIUM_ENV"
    or set --erase --global AXIUM_WRAPPED
    if test -n "$env"
        set --global --export AXIUM_ENV $env
    else
        set --erase --global AXIUM_ENV
    end
    test "x$__axium_pointer[2]" = 'x?'; and set env '?'
    # What is no letter of a name is none in the prompt: control characters, and bytes that are not
    # UTF-8, which fish keeps as U+F600 to U+F6FF.
    set env (string replace --all --regex '[\p{Cc}\x{f600}-\x{f6ff}]' '?' -- "$env" | string collect)
    test -n "$env"; or set env
    if test -z "$NO_COLOR"; and test "$TERM" != dumb; and string match --quiet --regex '^[0-9;]+\z' -- "$sgr"
        set env \e\["$sgr"m$env\e\[0m
    end
    set --global --unexport AXIUM_PROMPT $env" "
    set --query AXIUM_PROMPT[1]; or set AXIUM_PROMPT ''
end
