#!/bin/sh
# Shows the HUD in the tmux server around it, and tells the daemon about that server.
#
# The HUD stands in hidden variables of the server, AXIUM_HUD_3 for pane %3 or else AXIUM_HUD: a
# variable costs tmux no process, while each `#(command)` costs it one at every refresh. What is
# the user's stays as it was: `put.sh` only appends, and `uninstall.sh` takes it away again.
# All of it is a subshell, so that it may be sourced as well; that defines the functions, too.

# shellcheck disable=SC2016 # $ and ` in texts
(
  home=@AXIUM_HOME@
  version=@AXIUM_VERSION@

  # What `#{` begins is filled in first, what `##{` begins second. Where the HUD names the tmux
  # session, that name stands between AXIUM_HUD and AXIUM_REST. Without AXIUM_MORE there is but one
  # text for all panes, and no number is looked for.
  number='#{s/%//:pane_id}'
  whole="##{?AXIUM_HUD_$number#,##{AXIUM_HUD_$number#}#,##{AXIUM_HUD#}#}"
  session='##{s/########/################/:session_name#}' # each `#` doubled: it is no style
  own="##{AXIUM_HUD_$number#}$session##{AXIUM_REST_$number#}"
  all="##{AXIUM_HUD#}$session##{AXIUM_REST#}"
  parts="##{?AXIUM_HUD_$number#,$own#,$all#}"
  # The list is matched by what runs there: a regular expression would cost more than all the rest.
  remote=' ssh slogin autossh sshpass mosh mosh-client et telnet rlogin '
  elsewhere="#{?#{m:* #{pane_current_command} *,$remote}, (local),}"
  template="#{?AXIUM_MORE,#{?AXIUM_REST,$parts,$whole},##{AXIUM_HUD#}}$elsewhere"

  leave_note() { # for a daemon that starts later
    [ -d "$home/tmux/servers" ] || (umask 077 && mkdir -p "$home/tmux/servers") || return
    server=${TMUX%,*}
    printf '%s\n' "$TMUX" >"$home/tmux/servers/${server##*,}"
  }

  is_too_old() { # VERSION, such as 3.3a, next-3.4 or openbsd-7.0
    case ${1#next-} in
      '' | [012].* | 3.[01] | 3.[01][!0-9]*) return 0 ;;
    esac
    return 1
  }

  install_hud() {
    found=$(tmux display-message -p '#{version}' 2>/dev/null) || return # it has ended already
    mark="$version ${TMUX%,*}" # new panes pass it on to their shells: all is done here
    if is_too_old "$found"; then
      printf '✗ tmux %s can not show the HUD\n  3.2 or newer can; all else works\n' "$found" >&2
      tmux set-environment -g AXIUM_TMUX "$mark"
      return
    fi
    # A server that was started in a pane of another one hands that pane's id to its popups.
    tmux set-environment -g AXIUM_TMUX "$mark" \; set-environment -gu TMUX_PANE \; \
      set-option -g @axium_tpl "$template" \; set-option -g @axium_hud '#{E:#{E:@axium_tpl}}'
    sh "$home/tmux/put.sh"
    # A key that is taken is its owner's; `hud` is what asks for nothing else.
    [ "${AXIUM_TMUX_MINIMAL-}" = hud ] || sh "$home/tmux/enable.sh" palette 2>/dev/null
  }

  if [ -n "${TMUX-}" ] && [ "${AXIUM_TMUX_MINIMAL-}" != 1 ] && command -v tmux >/dev/null 2>&1; then
    install_hud
    leave_note
    sh "$home/tmux/tell.sh" tmux_attach &
  fi
)

# shellcheck source=/dev/null
. @AXIUM_HOME@/tmux/functions.sh
