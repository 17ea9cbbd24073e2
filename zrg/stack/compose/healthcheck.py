"""Asks the web process of this container whether it is alive, under the name it answers to."""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

ADDRESS = "http://127.0.0.1:8000/healthz"
TIMEOUT_SECONDS = 3


def main() -> int:
    host = urlsplit(os.environ["PUBLIC_APP_URL"]).netloc
    request = urllib.request.Request(ADDRESS, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
