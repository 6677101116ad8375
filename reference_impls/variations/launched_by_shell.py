"""V14: a shell script that starts the server, waits for it, and passes signals on."""

import os
import sys
from pathlib import Path

SCRIPT = """
"$@" &
server=$!
trap 'kill $server' TERM INT
wait $server  # a signal ends this one
wait $server
"""
SERVER = Path(__file__).resolve().parents[1] / "tcp" / "threads.py"

os.execvp("sh", ["sh", "-c", SCRIPT, "sh", sys.executable, str(SERVER), *sys.argv[1:]])
