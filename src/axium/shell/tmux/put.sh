#!/bin/sh
# Puts what is enabled into the status lines and borders of the tmux server around it.
#
# Enabled are the HUD where `@axium_hud` is set, the segments that `@axium_segments` numbers, and
# borders where `@axium_border` is on. What is there already, also where the user put it, is left.
#
#   put.sh [again]
#
# `again` is what the hook says that it leaves behind: something has set a line anew. Twice within
# thirty seconds it is put there again; then it is told, since two programs that undo each other's
# work help nobody.

# shellcheck disable=SC2016,SC2154 # $ and ` in texts; names of turn.sh

home=@AXIUM_HOME@
# shellcheck source=/dev/null
. "$home/tmux/turn.sh" # others may run this at the same time

hud='#{E:#{E:@axium_tpl}}'
hud_width=61 # odd: a theme's own round number is not taken for one that was raised here
segment_width=40
border='#{?@axium_color,fg=#{@axium_color},}'
tries=2
window=30
hook=8141 # an index of our own: the user's hooks stay as they are
gap='#{l: }' # a blank that is told from the user's own when it is taken away

# The lines of the session, and what was set just now: a session may have a line of its own that
# hides the one that was lost. Before 3.3 a hook is not told what was set.
lines='#{status-left}#{status-right}#{status-format[0]}#{status-format[1]}#{status-format[2]}'
has_lost="#{&&:#{m:status-right,#{hook_argument_0}},#{?hook_flag_a,0,#{!=:1,#{m:*@axium_*,#{hook_argument_1}}}}}"
is_lost="#{&&:#{?hook_argument_0,#{m:status-*,#{hook_argument_0}},1},#{?#{m:*@axium_*,$lines},$has_lost,1}}"
is_border="#{||:#{m:@axium_border,#{hook_argument_0}},#{&&:#{==:#{@axium_border},on},#{m:pane*border-style,#{hook_argument_0}}}}"
is_due="#{?AXIUM_AGAIN,0,#{||:$is_lost,$is_border}}"
# A theme sets many options in a row: one look after it is enough.
hooked="if-shell -F '$is_due' 'set-environment -gh AXIUM_AGAIN due ; run-shell -b -d 0.1 \"exec sh #{q:@axium_scripts}/put.sh again >/dev/null 2>&1\"'"

find_enabled() { # global options into $global, numbers into $segments, columns into $width
  begin_turn
  segments=''
  case $global in
    *"$newline@axium_segments "*) segments=$(tmux show-options -gqv @axium_segments) ;;
  esac
  width=0 has_hud=''
  case $global in
    *"$newline@axium_hud "*) width=$hud_width has_hud=yes ;;
  esac
  enabled=${has_hud:+hud}${segments:+ $segments}
  # shellcheck disable=SC2086 # numbers
  set -- $segments
  width=$((width + segment_width * $#))
}

find_missing() { # LINES: what is enabled and in none of them, each after a gap, into $missing
  missing='' lost=''
  case $has_hud:$1 in
    :* | *@axium_tpl* | *'#{E:@axium_hud}'*) ;;
    *) miss hud "$hud" ;;
  esac
  for number in $segments; do
    case $1 in
      *"@axium_segment_$number}"*) ;;
      *) miss "$number" "#{E:@axium_segment_$number}" ;;
    esac
  done
}

miss() { # NAME TEXT: what was never put yet is not lost
  missing=$missing$gap$2
  case " $put_before " in
    *" $1 "*) lost=yes ;;
  esac
}

lines_in() { # OPTIONS: those in which a HUD may stand
  printf '%s\n' "$1" | grep -e '^status-left ' -e '^status-right ' -e '^status-format'
}

find_room() { # SCOPE...: the commands that make room for it, into $room; fails without a length
  room=''
  length=$(tmux show-options -qv "$@" status-right-length)
  [ -n "$length" ] || return
  remembered=$(tmux show-options -qv "$@" @axium_length)
  if [ "${remembered#* }" = "$length" ]; then
    length=${remembered% *}
  fi
  if [ "$remembered" != "$length $((length + width))" ]; then
    room="set-option $* status-right-length $((length + width))
set-option $* @axium_length '$length $((length + width))'"
  fi
}

append() { # SCOPE...: what is missing; fails where another put.sh was first
  case $(tmux show-options -qv "$@" status-right) in
    '' | *' ') missing=${missing#"$gap"} ;;
  esac
  find_room "$@" || find_room -g
  put "set-option $* -a status-right '$missing'
$room"
}

put() { # COMMANDS: not while all is being taken away
  end_turn "$1" '#{@axium_scripts}'
}

put_globally() {
  find_missing "$(lines_in "$global")"
  [ -n "$missing" ] || return 0
  may_put || exit 0
  append -g
}

put_into_sessions() { # a line of a session's own hides the global one
  for session in $(tmux list-sessions -F '#{session_id}' 2>/dev/null); do
    own=$newline$(tmux show-options -t "$session")
    case $own in
      *"$newline"status-right\ *) put_into_session || return ;;
    esac
  done
}

put_into_session() {
  find_missing "$(tmux display-message -p -t "$session" "$lines")"
  [ -n "$missing" ] || return 0
  may_put || exit 0
  append -t "$session"
}

may_put() { # counts how often something was lost
  [ "$way" = again ] && [ -n "$lost" ] && [ -z "$counted" ] || return 0
  counted=yes
  now=$(date +%s)
  before=$(tmux show-environment -gh AXIUM_TRIES 2>/dev/null)
  before=${before#AXIUM_TRIES=}
  since=${before% *} times=${before#* }
  if [ -z "$before" ] || [ $((now - since)) -ge "$window" ]; then
    since=$now times=0
  fi
  times=$((times + 1))
  tmux set-environment -gh AXIUM_TRIES "$since $times"
  [ "$times" -gt "$tries" ] || return 0
  [ "$times" -gt $((tries + 1)) ] || tell
  return 1
}

tell() {
  for client in $(tmux list-clients -F '#{client_name}'); do
    tmux display-message -c "$client" -d 10000 \
      'axium: something sets status-right again and again: put ##{E:@axium_hud} into that line'
  done
}

note_put() { # what is enabled is in every line now
  [ "$enabled" = "$put_before" ] || put "set-environment -gh AXIUM_PUT '$enabled'"
}

put_into_borders() {
  case $global in
    *"$newline@axium_border on"*) is_on=yes ;;
    *) is_on='' ;;
  esac
  case $is_on$(tmux show-options -gw) in
    yes* | *@axium_color*) ;;
    *) return 0 ;;
  esac
  for option in pane-border-style pane-active-border-style; do
    style=$(tmux show-options -gwv "$option")
    case $is_on:$style in
      yes:*"$border"*) ;;
      yes:*) put "set-option -gwa $option '$border'" || return ;;
      *"$border"*) tmux set-option -gw "$option" "${style%",$border"*}${style##*",$border"}" ;;
    esac
  done
  case $is_on$global in
    yes*"$newline@axium_options on"*) ;;
    yes*)
      tmux set-option -g @axium_options on
      sh "$home/tmux/tell.sh" tmux_attach &
      ;;
  esac
}

put_all() { # fails where another put.sh was first: what was read does not hold any more
  find_enabled
  case $global in
    *"$newline@axium_scripts "*) ;;
    *) exit ;; # all of it was taken away meanwhile
  esac
  put_globally && put_into_sessions && note_put && put_into_borders
}

way=${1-} counted=''
if [ "$way" = again ]; then
  tmux set-environment -gu AXIUM_AGAIN # what is set from here on is looked at anew
elif [ "$(tmux show-options -gqv @axium_scripts)" != "$home/tmux" ]; then
  # Not where it is so: the hook would have somebody else put the same at the same time.
  tmux set-option -g @axium_scripts "$home/tmux"
fi
until put_all; do :; done
if [ "$way" != again ]; then # while tmux.conf is read no hook is called, so one of them is later
  tmux set-hook -g "after-set-option[$hook]" "$hooked" \; set-hook -g "session-created[$hook]" "$hooked"
fi
