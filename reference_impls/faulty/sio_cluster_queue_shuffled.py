"""S49: each message takes its own time through the queue."""

from __future__ import annotations

import random
import threading

from _cluster_base import RedisManager, serve


class Faulty(RedisManager):
    def _publish(self, data):
        threading.Timer(random.uniform(0, 0.05), super()._publish, [data]).start()


if __name__ == "__main__":
    serve(manager=Faulty)
