#!/bin/sh
# Takes from the tmux server around it exactly what `init.sh` put there, whatever else has changed,
# and tells the daemon to show nothing more in it.

# shellcheck disable=SC2016 # $ and ` in texts
(
  python=@AXIUM_PYTHON@
  main=@AXIUM_MAIN@
  home=@AXIUM_HOME@
  text='#{E:#{E:@axium_tpl}}'

  tell_daemon() { # before anything is taken away, or its next push would bring the HUD back
    server=$(printf %s "$TMUX" | sed 's/[\\"]/\\&/g')
    AXIUM_HOME=$home "$python" -I -S -E "$main" ipc \
      "{\"cmd\": \"tmux_detach\", \"server\": \"$server\"}" </dev/null >/dev/null 2>&1
  }

  without_text() { # the status line as it is without our text; a trailing `;` would end a command
    line=$(tmux show-options -gv status-right && printf .) || return
    line=${line%
.}
    case $line in
      *"$text"*) line=${line%"$text"*}${line##*"$text"} ;;
    esac
    case $line in
      *\;) line=${line%;}'\;' ;;
    esac
  }

  uninstall_hud() {
    without_text || return 0
    set -- set-option -gu @axium_tpl \; set-option -gu @axium_hud \; set-option -gu @axium_length \
      \; set-environment -gu AXIUM_TMUX \; set-option -g status-right "$line"
    remembered=$(tmux show-options -gqv @axium_length)
    if [ "${remembered#* }" = "$(tmux show-options -gv status-right-length)" ]; then
      set -- "$@" \; set-option -g status-right-length "${remembered% *}"
    fi
    for name in $(tmux show-environment -gh | sed -n 's/^\(AXIUM_HUD[_0-9]*\)=.*/\1/p'); do
      set -- "$@" \; set-environment -gu "$name"
    done
    tmux "$@"
  }

  if [ -n "${TMUX-}" ] && command -v tmux >/dev/null 2>&1; then
    tell_daemon || : # there is none: nobody pushes
    uninstall_hud
  fi
)
