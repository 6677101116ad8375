"""V10, D19: has twenty threads that wait for other work, as runtimes of other languages have."""

import threading

from _base import main

work = threading.Event()
for _ in range(20):
    threading.Thread(target=work.wait, daemon=True).start()
main()
