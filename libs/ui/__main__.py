"""Serve the gallery on loopback: `python -m libs.ui [port]`."""

import sys

import uvicorn

from libs.ui.gallery import build

if __name__ == "__main__":
    uvicorn.run(build(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8099)
