#!/usr/bin/env bash
# A scheduler on this machine and workers on others over SSH, until Ctrl-C:
#   grader/cluster/ssh.sh HOSTS WORKERS [ADDRESS]
# HOSTS is a file with one machine a line, WORKERS how many graders each of them runs, ADDRESS the
# name or number by which they reach this machine. PYTHON names another interpreter.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
hosts=$1 workers=$2 address=${3:-$(hostname -f)} port=${PORT:-8786}
python=${PYTHON:-$course/.venv/bin/python}
trap 'kill $(jobs -p) 2>/dev/null' EXIT

"$python" -m dask scheduler --host "$address" --port "$port" --no-dashboard &
while read -r host; do
  # A worker that no longer reaches the scheduler ends by itself.
  ssh -n "$host" "cd '$course' && . grader/cluster/settings.sh && exec '$python' -m dask worker \
    tls://$address:$port --nworkers $workers --nthreads 1 --memory-limit 0 --no-dashboard \
    --death-timeout 60 --local-directory /tmp" &
done < "$hosts"
echo "When the workers are there: python -m grader grade NAME --scheduler tls://$address:$port"
wait
