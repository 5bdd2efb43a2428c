#!/bin/sh
# Takes from the tmux server around it exactly what `init.sh` put there, whatever else has changed.

# shellcheck disable=SC2016 # $ and ` in texts
(
  text='#{E:#{E:@axium_tpl}}'

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

  if [ -n "${TMUX-}" ] && command -v tmux >/dev/null 2>&1; then uninstall_hud; fi
)
