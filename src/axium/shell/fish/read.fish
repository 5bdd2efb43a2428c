# Reads what the daemon publishes into lists of fish: words that end in NUL, each of them data.
#
# A reader fails where a file is not there, not ours, damaged or of another version; its caller
# then goes to `axium run`. Nobody runs a plain command because something could not be read. fish
# takes a file for whole that lacks its very last NUL: nothing is missing from it but that.

# __axium_file is the pointer to read, which holds as long as __axium_absent is not there and the
# variables that say where this shell is are what __axium_here says.
set --global __axium_here unknown
set --global __axium_own ''
set --global __axium_global ''
set --global __axium_file ''
set --global __axium_absent ''

function __axium_read_words --argument-names file # into __axium_words: all words of a whole file
    set --global __axium_words
    test -f "$file"; and test -O "$file"; and test -r "$file"; or return 1
    set --local words (string split0 <$file)
    test (builtin count $words) -ge 3; and test "$words[1]" = axium1; and test "$words[-1]" = end
    or return 1
    set __axium_words $words[2..-2]
end

function __axium_read_start --argument-names pid # into __axium_start; empty where there is no /proc
    set --global __axium_start ''
    test -e /proc/self/stat; or return 0
    string match --quiet --regex '^[0-9]+$' -- $pid; and test -r /proc/$pid/stat; or return 1
    read --local --null stat </proc/$pid/stat
    # The name, second of all fields, may hold blanks and parentheses: count from its last one.
    set __axium_start (string split ' ' -- (string replace --regex '(?s)^.*\) ' '' -- "$stat"))[20]
    test -n "$__axium_start"
end

function __axium_find_server # into __axium_server: ${TMUX%,*} as other shells write it
    set --global __axium_server "$(string replace --regex ',[^,]*$' '' -- "$TMUX")"
end

function __axium_find_place # where this shell's pointer is; again when what __axium_here says changes
    set --global __axium_here "$TMUX:$TMUX_PANE:$AXIUM_SHELL_PLACE:$AXIUM_SHELL_ENV"
    set --global __axium_own ''
    set --global __axium_global $__axium_run/global
    __axium_find_server
    if test -n "$AXIUM_SHELL_ENV"; and test "$AXIUM_SHELL_PLACE" = "$__axium_server:$TMUX_PANE"
        set __axium_global $__axium_run/e/$AXIUM_SHELL_ENV
        # No name of a file: `axium run` is told of it.
        string match --quiet '*/*' -- "$AXIUM_SHELL_ENV"; and set __axium_global ''
        return 0
    end
    string match --quiet --regex '^/.*,.*,' -- "$TMUX"; or return 0
    string match --quiet --regex '^%[0-9]+$' -- "$TMUX_PANE"; or return 0
    if __axium_read_start (string replace --regex '(?s)^.*,' '' -- "$__axium_server")
        set __axium_own "$__axium_run/p$__axium_server,$__axium_start/$TMUX_PANE"
    else
        set __axium_global '' # a pane that can't be identified may have an override
    end
end

function __axium_choose_pointer # find __axium_file again
    test "$__axium_here" = "$TMUX:$TMUX_PANE:$AXIUM_SHELL_PLACE:$AXIUM_SHELL_ENV"
    or __axium_find_place
    if test -n "$__axium_own"; and test -e "$__axium_own"
        set --global __axium_file $__axium_own
        set --global __axium_absent ''
    else
        set --global __axium_file $__axium_global
        set --global __axium_absent $__axium_own
    end
end

function __axium_read_pointer # into __axium_pointer: ENV STAMP SGR COMMANDS
    set --global __axium_pointer
    __axium_choose_pointer
    __axium_read_words "$__axium_file"; and test (builtin count $__axium_words) -eq 4; or return 1
    test -n "$__axium_words[2]"; or return 1
    # What this shell holds for itself is never taken for another one.
    test "$__axium_file" != "$__axium_run/e/$AXIUM_SHELL_ENV"
    or test "x$__axium_words[1]" = "x$AXIUM_SHELL_ENV"
    or return 1
    set __axium_pointer $__axium_words
end

function __axium_name_original # into __axium_original: the file that __axium_pointer was a link to
    set --global __axium_original ''
    string match --quiet '*/*' -- "$__axium_pointer[2..4]"
    or set __axium_original "$__axium_run/t/$__axium_pointer[2]/.$__axium_pointer[4],$__axium_pointer[3]"
end

function __axium_read_table --argument-names stamp command # into __axium_table: VERDICT WHERE TAGGED...
    set --global __axium_table
    string match --quiet '*/*' -- "$stamp"; and return 1
    __axium_read_words "$__axium_run/t/$stamp/$command"; or return 1
    test (builtin count $__axium_words) -ge 2; or return 1
    set __axium_table $__axium_words
end

function __axium_read_commands # into __axium_names: STAMP NAME...
    set --global __axium_names
    if __axium_read_words $__axium_run/commands; and set --query __axium_words[1]
        set __axium_names $__axium_words
        return 0
    end
    # The same from the cache, for a shell that starts before the daemon.
    set --local file $__axium_home/state_cache.json
    test -f $file; and test -O $file; and test -r $file; or return 1
    set --local text (string collect <$file)
    string match --quiet --regex '"prefixed_commands"\s*:\s*\[(?<list>[^\]]*)\]' -- "$text"
    or return 1
    set __axium_names '' (string match --all --groups-only --regex '"([^"]*)"' -- "$list")
    return 0
end
