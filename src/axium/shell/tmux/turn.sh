# shellcheck shell=sh
# Changing a tmux server while others do: what was read still holds when it is changed, or the
# change is refused, and is to be thought of again. Nothing is locked, so nothing stays locked.

newline='
'

begin_turn() { # the global options into $global, what was put before into $put_before
  global=$(tmux display-message -p '#{AXIUM_TURN}:#{AXIUM_PUT}' \; show-options -g) ||
    exit 0 # a $TMUX that outlived its server
  turn=${global%%:*} global=${global#*:}
  # shellcheck disable=SC2034 # who sources this reads it
  put_before=${global%%"$newline"*}
  global=$newline${global#*"$newline"}
}

end_turn() { # COMMANDS [CONDITION]: run as one; fails where another's turn ended since ours began
  case $(tmux if-shell -F "#{&&:${2-1},#{==:#{AXIUM_TURN},$turn}}" \
    "set-environment -gh AXIUM_TURN $((turn + 1)); display-message -p ended; $1" \
    'display-message -p late') in
    ended) turn=$((turn + 1)) ;;
    late) return 1 ;;
    *) exit 1 ;; # tmux has said why
  esac
}
