#!/bin/sh
# Tells the daemon, where one is there already, of the tmux server around it.
#
#   tell.sh tmux_attach | tmux_detach

python=@AXIUM_PYTHON@
main=@AXIUM_MAIN@
home=@AXIUM_HOME@

server=$(printf %s "$TMUX" | sed 's/[\\"]/\\&/g')
AXIUM_HOME=$home exec "$python" -I -S -E "$main" ipc \
  "{\"cmd\": \"$1\", \"server\": \"$server\"}" </dev/null >/dev/null 2>&1
