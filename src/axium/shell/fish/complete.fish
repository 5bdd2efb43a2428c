# Completion of `axium` and `ax` from what is published: no program is started but tmux, for panes.
#
# `~/.config/fish/completions/axium.fish` may source this file without the rest of the hook.

set --query __axium_home; or set --global __axium_home @AXIUM_HOME@
set --query __axium_run; or set --global __axium_run $__axium_home/run
builtin functions --query __axium_read_words; or builtin source $__axium_home/fish/read.fish

set --global __axium_record '^(?<whole>[^\t]*)\t(?<section>[^\t]*)\t(?<help>[^\t]*)\t(?<kinds>[^\t]*)\z'

function __axium_complete # what may stand at the cursor: WORD TAB DESCRIPTION, one a line
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local current (commandline --cut-at-cursor --current-token)
    # `command`, `time` or variables may stand in front.
    while set --query words[1]; and not string match --quiet --regex '^(.*/)?(axium|ax)$' -- $words[1]
        set --erase words[1]
    end
    __axium_read_words $__axium_home/catalogue; or return
    set --global __axium_records $__axium_words
    set --erase words[1]
    set --local name ''
    while set --query words[1] # as many words as some name begins with
        if string match --quiet --regex '^-.' -- $words[1]
            set --local whole (__axium_match (string trim --right -- "$name") '\t'); and break
        else
            set --local longer (__axium_match "$name$words[1]" '[ \t]'); or break
            set name "$name$words[1] "
        end
        set --erase words[1]
    end
    set --query words[1]; or __axium_offer_names "$name"
    if test -z "$name"
        string match --quiet -- '-*' "$current"; and builtin printf '%s\n' -v --verbose --version --help
        return
    end
    set --local command (__axium_match (string trim --right -- "$name") '\t'); or return
    string match --quiet --regex $__axium_record -- $command
    __axium_offer_words "$kinds" "$current" $words
end

function __axium_match --argument-names name then # the records whose name begins with NAME, and THEN
    string match --entire --regex "^$(string escape --style=regex -- "$name")$then" -- $__axium_records
end

function __axium_offer_names --argument-names name # the words with which names go on after NAME
    set --local groups
    set --local whole
    for record in (__axium_match "$name" '')
        string match --quiet --regex $__axium_record -- $record
        set --local rest (string split ' ' -- (string sub --start (string length "$name|") -- $whole))
        if not set --query rest[2]
            builtin printf '%s\t%s\n' $rest[1] $help
        else if not builtin contains -- $rest[1] $groups
            set --append groups $rest[1]
            builtin printf '%s\t%s\n' $rest[1] $section
        end
    end
end

function __axium_offer_words --argument-names kinds current # KINDS CURRENT WORDS...: of one command
    # Without the mark of what must or need not be there.
    set --local kinds (string split --no-empty ' ' -- $kinds | string replace --regex '[?!]$' '')
    set --local options (string match --regex '^-.*' -- $kinds)
    set --local places (string match --invert --regex '^-' -- $kinds)
    set --local words $argv[3..]
    set --local given '' # the arguments so far
    set --local wanted # what the option before the cursor takes
    set --local dashes # whether `--` was there
    while set --query words[1]
        if set --query wanted[1]
            set wanted
        else if test -z "$dashes" -a "x$words[1]" = x--
            set dashes yes
        else if test -z "$dashes"; and string match --quiet --regex '^-.' -- $words[1]
            set wanted (__axium_wanted $words[1] $options)
        else if test "$places[1]" = rest
            __axium_offer_as_typed "$(string escape -- $words | string join ' ') $current"
            return
        else
            set given "$given$words[1] "
            string match --quiet '*\*' -- "$places[1]"; or set --erase places[1]
        end
        set --erase words[1]
    end
    if set --query wanted[1]
        __axium_offer "$wanted" "$current" ''
    else if test -z "$dashes"; and string match --quiet --regex '^(?<option>-[^=]+)=' -- "$current"
        __axium_offer "$(__axium_wanted $option $options)" '' '' | string replace --regex -- '^' "$option="
    else if test -z "$dashes"; and string match --quiet --regex '^-.' -- "$current"
        string replace --regex '=(.*)$' '\t$1' -- $options
    else
        __axium_offer "$places[1]" "$current" "$given"
    end
end

function __axium_wanted --argument-names option # OPTION OPTIONS...: the kind of its value, if any
    string match --groups-only --regex "^$(string escape --style=regex -- $option)=(.*)" -- $argv[2..]
end

function __axium_offer --argument-names kind current given # what a word of this KIND may be
    switch "$kind"
        case env
            __axium_read_words $__axium_run/envs
            and string match --invert --regex '\p{Cc}' -- $__axium_words
        case pane
            set --query TMUX[1]
            and command tmux list-panes -a -F '#{pane_id}	#{session_name}:#{window_index}.#{pane_index} #{pane_current_command}' 2>/dev/null
        case link
            __axium_read_words $__axium_run/links
            and string join \n -- $__axium_words
        case method
            __axium_read_words $__axium_run/methods
            and string replace --regex '^\S+ ' '' -- $__axium_words
        case spoke gear
            for manifest in $__axium_home/{$kind}s/*/{$kind,manifest}.yaml
                path basename -- (path dirname -- $manifest)
            end
        case wrapped
            string join \n -- $AXIUM_WRAPPED_COMMANDS
        case rest wrappable
            __axium_offer_as_typed "$current"
        case 'command*'
            __axium_offer_names "$given"
        case path
            __fish_complete_path "$current"
        case '{*}'
            string split , -- (string trim --chars '{}' -- $kind)
    end
end

function __axium_offer_as_typed --argument-names line # what fish itself offers after this line
    complete --do-complete="$line"
end

for __axium_name in axium ax
    complete --command $__axium_name --erase
    complete --command $__axium_name --no-files --arguments '(__axium_complete)'
end
set --erase __axium_name
