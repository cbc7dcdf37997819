#!/bin/sh
# Debian's Redis, whose protocol is compatible with Valkey.
exec redis-server --protected-mode no --save "" "$@"
