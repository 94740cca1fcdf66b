#!/usr/bin/env bash
# Ends with 0 when the server answers that it lives; needs no other program.
#
#   docker/healthcheck.sh [PORT]
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${1:-${DERMGEMMA_PORT:-6565}}"
printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 5 _ status _ <&3
[ "$status" = 200 ]
