#!/bin/sh
# Takes from the tmux server around it exactly what was put there, whatever else has changed, and
# tells the daemon to show nothing more in it.

# shellcheck disable=SC2016 # $ and ` in texts
(
  home=@AXIUM_HOME@
  gap='#{l: }'
  border=',#{?@axium_color,fg=#{@axium_color},}'

  without() { # TEXT: take it out of $line, with the gap in front of it
    case $line in
      *"$gap$1"*) line=${line%"$gap$1"*}${line##*"$gap$1"} ;;
      *"$1"*) line=${line%"$1"*}${line##*"$1"} ;;
    esac
  }

  restore_line() { # SCOPE...: its status line, and its length
    line=$(tmux show-options -qv "$@" status-right && printf .)
    line=${line%.} line=${line%
}
    before=$line
    without '#{E:#{E:@axium_tpl}}'
    for number in $(tmux show-options -gqv @axium_segments); do
      without "#{E:@axium_segment_$number}"
    done
    if [ "$line" != "$before" ]; then
      case $line in # it would end a command
        *\;) line=${line%;}'\;' ;;
      esac
      tmux set-option "$@" -- status-right "$line"
    fi
    remembered=$(tmux show-options -qv "$@" @axium_length)
    if [ -n "$remembered" ]; then
      [ "${remembered#* }" != "$(tmux show-options -qv "$@" status-right-length)" ] ||
        tmux set-option "$@" status-right-length "${remembered% *}"
      tmux set-option -u "$@" @axium_length
    fi
  }

  restore_borders() {
    for option in pane-border-style pane-active-border-style; do
      line=$(tmux show-options -gwv "$option")
      case $line in
        *"$border"*)
          without "$border"
          tmux set-option -gw "$option" "$line"
          ;;
      esac
    done
  }

  remove_all_of_ours() {
    set -- set-environment -gu AXIUM_TMUX
    case $(tmux list-keys -T root C-g 2>/dev/null) in
      *@axium_palette*) set -- "$@" \; unbind-key -n C-g ;;
    esac
    for name in tpl hud options palette env color segments; do
      set -- "$@" \; set-option -gu "@axium_$name"
    done
    for number in $(tmux show-options -gqv @axium_segments); do
      set -- "$@" \; set-option -gu "@axium_segment_$number"
    done
    for name in $(tmux show-environment -gh | sed -n 's/^\(AXIUM_[A-Z_0-9]*\)=.*/\1/p'); do
      set -- "$@" \; set-environment -gu "$name"
    done
    tmux "$@" \; run-shell -C \
      '#{S:#{W:#{P:set-option -pqu -t #{pane_id} @axium_env
set-option -pqu -t #{pane_id} @axium_color
}}}'
  }

  uninstall_hud() {
    if ! tmux show-environment -gh >/dev/null 2>&1; then # too old, or $TMUX outlived its server
      tmux set-environment -gu AXIUM_TMUX 2>/dev/null
      return
    fi
    # First of all: it would put back what is taken away here.
    tmux set-hook -gu 'after-set-option[8141]' \; set-hook -gu 'session-created[8141]' \; \
      set-option -gu @axium_scripts
    restore_line -g
    for session in $(tmux list-sessions -F '#{session_id}' 2>/dev/null); do
      restore_line -t "$session"
    done
    restore_borders
    remove_all_of_ours
  }

  if [ -n "${TMUX-}" ] && command -v tmux >/dev/null 2>&1; then
    # Before anything is taken away, or the next push would bring it back.
    sh "$home/tmux/tell.sh" tmux_detach || : # there is no daemon: nobody pushes
    uninstall_hud
    server=${TMUX%,*}
    rm -f "$home/tmux/servers/${server##*,}"
  fi
)
