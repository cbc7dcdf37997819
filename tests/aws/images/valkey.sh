#!/bin/sh
# Debian's Redis, which speaks what Valkey speaks.
exec redis-server --protected-mode no --save "" "$@"
