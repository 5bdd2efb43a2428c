#!/bin/sh
# Enables one more thing in the tmux server around it; each can be asked for again and again.
#
#   enable.sh palette                   Ctrl+G opens the palette, where that key is free
#   enable.sh segment COMMAND [COLOR]   what COMMAND prints stands in the status line

python=@AXIUM_PYTHON@
main=@AXIUM_MAIN@
home=@AXIUM_HOME@
key=C-g

fail() { # MESSAGE [HINT]
  printf '✗ %s\n' "$1" >&2
  [ -z "${2-}" ] || printf '  %s\n' "$2" >&2
  exit 1
}

enable_palette() {
  { [ -r "$home/catalogue" ] && tr '\0' '\n' <"$home/catalogue" | grep -q '^palette	'; } ||
    fail 'this version of axium has no palette'
  bound=$(tmux list-keys -T root "$key" 2>/dev/null)
  case $bound in
    '') ;;
    *@axium_palette*) return ;;
    *) fail "$key is bound in tmux already: $bound" "bind another key to: $(opening)" ;;
  esac
  tmux set-option -g @axium_palette "$(opening)" \; \
    bind-key -n "$key" run-shell -b "#{E:@axium_palette}"
}

opening() { # the shell command that opens it for the pane in which the key was pressed
  # shellcheck disable=SC2016 # $ and ` are the command's
  printf '%s' "tmux display-popup -c '#{client_name}' -t '#{pane_id}' -e TMUX_PANE='#{pane_id}' -w 80% -h 80% -E '"
  printf '%s' "AXIUM_HOME=$(quoted "$home") $(quoted "$python") -I -S -E $(quoted "$main") palette" |
    sed "s/'/'\\\\''/g"
  printf "'"
}

quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

enable_segment() { # COMMAND [COLOR]
  case ${1-} in
    '') fail 'no command was given' 'axium_tmux_enable_segment COMMAND [COLOR]' ;;
    'axium hud' | 'ax hud')
      AXIUM_TMUX_MINIMAL='' exec sh "$home/tmux/init.sh" # it has colours of its own
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
  add_segment "$shows"
  sh "$home/tmux/put.sh"
}

add_segment() { # TEXT, unless it is there
  numbers=$(tmux show-options -gqv @axium_segments) next=1
  for number in $numbers; do
    [ "$(tmux show-options -gqv "@axium_segment_$number")" != "$1" ] || return 0
    next=$((number + 1))
  done
  tmux set-option -g "@axium_segment_$next" "$1" \; \
    set-option -g @axium_segments "${numbers:+$numbers }$next"
}

[ -n "${TMUX-}" ] || fail 'this is not inside of tmux'
what=$1
shift
"enable_$what" "$@"
