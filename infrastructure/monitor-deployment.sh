#!/usr/bin/env bash
# Monitor of the deployment: see infrastructure/monitor.py or --help.
set -euo pipefail
cd "$(dirname "$0")/.."
make --silent infrastructure/.venv/.installed
exec infrastructure/.venv/bin/python -m infrastructure.monitor "$@"
