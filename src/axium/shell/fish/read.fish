# Reads what the daemon publishes into lists of fish: words that end in NUL, each of them data.
#
# A reader fails where a file is not there, not ours, damaged or of another version; its caller
# then goes to `axium run`. fish takes a file for whole that lacks its very last NUL: nothing is
# missing from it but that.

function __axium_read_words --argument-names file # into __axium_words: all words of a whole file
    set --global __axium_words
    test -f "$file"; and test -O "$file"; and test -r "$file"; or return 1
    set --local words
    while read --local --null word
        set --append words $word
    end <$file
    test (count $words) -ge 3; and test "$words[1]" = axium1; and test "$words[-1]" = end; or return 1
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

function __axium_find_pane # where this pane's pointer is; again when TMUX or TMUX_PANE changes
    set --global __axium_pane "$TMUX:$TMUX_PANE"
    set --global __axium_own ''
    set --global __axium_global $__axium_run/global
    string match --quiet --regex '^/.*,.*,' -- "$TMUX"; or return 0
    string match --quiet --regex '^%[0-9]+$' -- "$TMUX_PANE"; or return 0
    set --local server (string replace --regex ',[^,]*$' '' -- "$TMUX" | string collect --no-trim-newlines)
    if __axium_read_start (string replace --regex '(?s)^.*,' '' -- "$server")
        set __axium_own "$__axium_run/p$server,$__axium_start/$TMUX_PANE"
    else
        set __axium_global '' # a pane that can't be identified may have an override
    end
end

function __axium_read_pointer # into __axium_pointer: ENV STAMP SGR COMMANDS
    test "$__axium_pane" = "$TMUX:$TMUX_PANE"; and set --query __axium_own; or __axium_find_pane
    set --local file $__axium_own
    test -n "$file"; and test -e "$file"; or set file $__axium_global
    set --global __axium_pointer
    __axium_read_words "$file"; and test (count $__axium_words) -eq 4; or return 1
    test -n "$__axium_words[2]"; or return 1
    set __axium_pointer $__axium_words
end

function __axium_read_table --argument-names stamp command # into __axium_table: VERDICT WHERE TAGGED...
    set --global __axium_table
    string match --quiet '*/*' -- "$stamp"; and return 1
    __axium_read_words "$__axium_run/t/$stamp/$command"; or return 1
    test (count $__axium_words) -ge 2; or return 1
    set __axium_table $__axium_words
end
