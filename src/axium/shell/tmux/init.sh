#!/bin/sh
# Puts the HUD into the status line of the tmux server around it, and tells the daemon about it.
#
# The HUD stands in hidden variables of the server, AXIUM_HUD_3 for pane %3 or else AXIUM_HUD: a
# variable costs tmux no process, while each `#(command)` costs it one at every refresh. What is
# the user's stays as it was: text is only appended, and `uninstall.sh` takes it away again.
# All of it is a subshell, so that it may be sourced as well.

# shellcheck disable=SC2016 # $ and ` in texts
(
  python=@AXIUM_PYTHON@
  main=@AXIUM_MAIN@
  home=@AXIUM_HOME@
  version=@AXIUM_VERSION@

  # `#{pane_id}` is filled in first, the variable of that name second.
  number='#{s/^.//:pane_id}'
  template="##{?AXIUM_HUD_$number,##{AXIUM_HUD_$number},##{AXIUM_HUD}}"
  text='#{E:#{E:@axium_tpl}}'
  width=60

  tell_daemon() { # in the background, and only one that is there already
    server=$(printf %s "$TMUX" | sed 's/[\\"]/\\&/g')
    AXIUM_HOME=$home "$python" -I -S -E "$main" ipc \
      "{\"cmd\": \"tmux_attach\", \"server\": \"$server\"}" </dev/null >/dev/null 2>&1 &
  }

  show() { # what is there: the version, what was remembered, length, then left and right lines
    tmux display-message -p '#{version} #{@axium_length}' \; show-options -gv status-right-length \
      \; show-options -gv status-left \; show-options -gv status-right
  }

  is_too_old() { # VERSION, such as 3.3a, next-3.4 or openbsd-7.0
    case ${1#next-} in
      '' | [012].* | 3.[01] | 3.[01][!0-9]*) return 0 ;;
    esac
    return 1
  }

  install_hud() {
    there=$(show 2>/dev/null) || return 0 # a $TMUX that outlived its server
    first=${there%%
*} there=${there#*
}
    mark="$version ${TMUX%,*}" # new panes pass it on to their shells: all is done here
    if is_too_old "${first%% *}"; then
      printf '✗ tmux %s can not show the HUD\n  3.2 or newer can; all else works\n' \
        "${first%% *}" >&2
      tmux set-environment -g AXIUM_TMUX "$mark"
      return 0
    fi
    set -- set-environment -g AXIUM_TMUX "$mark" \; set-option -g @axium_tpl "$template" \; \
      set-option -g @axium_hud "$text"
    length=${there%%
*} there=${there#*
}
    case $there in
      *@axium_*) ;; # ours is there, or `#{E:@axium_hud}` stands where the user wants it
      *)
        set -- "$@" \; set-option -ga status-right "$text"
        case $first in
          *" $length") ;; # raised before: only the line was set anew
          *)
            raised=$((length + width))
            set -- "$@" \; set-option -g status-right-length "$raised" \; \
              set-option -g @axium_length "$length $raised"
            ;;
        esac
        ;;
    esac
    tmux "$@"
  }

  if [ -n "${TMUX-}" ] && command -v tmux >/dev/null 2>&1; then
    [ "${AXIUM_TMUX_MINIMAL-}" = 1 ] || install_hud
    tell_daemon
  fi
)
