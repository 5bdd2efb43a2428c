#!/bin/sh
# Enables one more thing in the tmux server around it; each can be asked for again and again.
#
#   enable.sh palette                   Ctrl+G opens the palette, where that key is free
#   enable.sh segment COMMAND [COLOR]   what COMMAND prints stands in the status line

python=@AXIUM_PYTHON@
main=@AXIUM_MAIN@
home=@AXIUM_HOME@
key=C-g
# shellcheck source=/dev/null
. "$home/tmux/turn.sh"

fail() { # MESSAGE [HINT]
  printf '✗ %s\n' "$1" >&2
  [ -z "${2-}" ] || printf '  %s\n' "$2" >&2
  exit 1
}

enable_palette() {
  # Also where the key is taken: whoever likes binds another one to it.
  tmux set-option -g @axium_palette "$(opening)"
  bound=$(tmux list-keys -T root "$key" 2>/dev/null)
  case $bound in
    '') tmux bind-key -n "$key" run-shell -b "#{E:@axium_palette}" ;;
    *@axium_palette*) ;;
    *) fail "$key is bound in tmux already: $bound" "bind another key: bind-key -n M-p run-shell -b '#{E:@axium_palette}'" ;;
  esac
}

opening() { # the shell command that opens it for the pane in which the key was pressed
  # shellcheck disable=SC2016 # $ and ` are the command's
  printf '%s' "tmux display-popup -c '#{client_name}' -t '#{pane_id}' $(look)-w 80% -h 80% -E '"
  # In the command, not by `-e`, which 3.2 does not have. A shell's start file adds to PATH what
  # the server does not know.
  printf '%s' "TMUX_PANE=#{pane_id} AXIUM_POPUP=1 AXIUM_HOME=$(quoted "$home")" \
    " PATH=$(quoted "$(printf %s "$PATH" | sed 's/#/##/g')")" \
    " $(quoted "$python") -I -S -E $(quoted "$main") palette" | sed "s/'/'\\\\''/g"
  printf '%s' "' || :" # tmux would tell in the pane how the command ended that was run in there
}

look() { # of the border, and of the ground before anything is drawn; 3.2 has one look only
  case $(tmux display-message -p '#{version}') in
    3.2*) ;;
    *) printf '%s' "-b rounded -S 'fg=##00B7C7,bg=##111111' -s 'fg=##E6E6E6,bg=##111111' " ;;
  esac
}

quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

enable_segment() { # COMMAND [COLOR]
  case ${1-} in
    '') fail 'no command was given' 'axium_tmux_enable_segment COMMAND [COLOR]' ;;
    'axium hud' | 'ax hud')
      AXIUM_TMUX_MINIMAL=hud exec sh "$home/tmux/init.sh" # it has colours of its own
      ;;
    'axium env get' | 'ax env get')
      shows='#{@axium_env}'
      tmux set-option -g @axium_options on
      sh "$home/tmux/tell.sh" tmux_attach &
      ;;
    *) shows="#($1)" ;;
  esac
  case ${2-} in
    '') ;;
    *[!A-Za-z0-9#]*) fail "\`$2\` is no colour" "write it as tmux does: \`red\`, \`colour39\`, \`#00B7C7\`" ;;
    *) shows="#[fg=$2]$shows#[default]" ;;
  esac
  until add_segment "$shows"; do :; done
  sh "$home/tmux/put.sh"
}

add_segment() { # TEXT, unless it is there; fails where another one came meanwhile
  begin_turn
  numbers=$(tmux show-options -gqv @axium_segments) next=1
  for number in $numbers; do
    [ "$(tmux show-options -gqv "@axium_segment_$number")" != "$1" ] || return 0
    next=$((number + 1))
  done
  end_turn "set-option -g @axium_segment_$next $(quoted "$1")
set-option -g @axium_segments '${numbers:+$numbers }$next'"
}

[ -n "${TMUX-}" ] || fail 'this is not inside of tmux'
what=$1
shift
"enable_$what" "$@"
