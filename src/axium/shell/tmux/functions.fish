# What a fish in tmux can call to have tmux changed as it likes, in place of what `init.sh` does by
# itself: for those who set AXIUM_TMUX_MINIMAL=1.

function axium_tmux_enable_hud
    AXIUM_TMUX_MINIMAL=hud command sh @AXIUM_HOME@/tmux/init.sh
end

function axium_tmux_enable_palette
    command sh @AXIUM_HOME@/tmux/enable.sh palette
end

function axium_tmux_enable_segment # COMMAND [COLOR]
    command sh @AXIUM_HOME@/tmux/enable.sh segment $argv
end

function axium_restore_pane_env # AXIUM_ENV as it is for this pane, whatever became of it here
    set -l restored (AXIUM_HOME=@AXIUM_HOME@ command @AXIUM_PYTHON@ -I -S -E @AXIUM_MAIN@ env get)
    or return
    # A command that we are inside of was given another one: its name is wrapped again.
    test "x$restored" = "x$AXIUM_ENV"; or set --erase --global AXIUM_WRAPPED
    if test -n "$restored"
        set -gx AXIUM_ENV $restored
    else
        set -e AXIUM_ENV
    end
end
