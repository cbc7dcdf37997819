#!/usr/bin/env bash
# How the deployment is: see infrastructure/monitor.py, or --help.
set -euo pipefail
cd "$(dirname "$0")/.."
make --silent infrastructure/.venv/.installed
exec infrastructure/.venv/bin/python -m infrastructure.monitor "$@"
