#!/usr/bin/env bash
# Run a config as a Ray job: this clone travels along, logs are followed, the exit code is the job's.
#
#   launch/submit.sh CONFIG [section.key=value …] [--run-dir DIR] [--resume]
#   launch/submit.sh -- VERB …            any other verb, e.g. `-- doctor --json`
#
#   RAY_ADDRESS             the cluster's job server (default: http://127.0.0.1:8265)
#   RAY_AUTH_TOKEN_PATH, RAY_AUTH_TOKEN or ~/.ray/auth_token    its token
#   RAY_AUTH_MODE           `disabled` for a cluster without tokens (default: token)
#
# DIR is a path on the cluster, on storage that outlives the job; without it the run lies in runs/ of this
# clone's path. Ctrl-C stops the job, a lost connection does not. Exit codes: those of codearena; 2 also when
# nothing was submitted.
set -euo pipefail
here=$(pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."

refuse() { echo "submit: $1" >&2; exit 2; }

bin=.venv/bin/
[[ -x ${bin}ray ]] || bin=
command -v "${bin}ray" >/dev/null || refuse "no ray command; run make install"
address=${RAY_ADDRESS:-http://127.0.0.1:8265}
[[ $address == http* ]] ||
    refuse "RAY_ADDRESS: must be the job server's http address, port 8265 as a rule (got $address)"
export RAY_AUTH_MODE=${RAY_AUTH_MODE:-token}
if [[ $RAY_AUTH_MODE == token && -z ${RAY_AUTH_TOKEN:-} && ! -s ${RAY_AUTH_TOKEN_PATH:-$HOME/.ray/auth_token} ]]; then
    refuse "no token: set RAY_AUTH_TOKEN_PATH to a file that holds the cluster's, or RAY_AUTH_MODE=disabled"
fi

if [[ ${1:-} == -- ]]; then
    shift
    (($# > 0)) || refuse "-- needs a verb, e.g. -- doctor"
    arguments=("$@")
    name=$1
else
    (($# > 0)) || refuse "usage: launch/submit.sh CONFIG [section.key=value …] [--run-dir DIR]"
    config=$1
    shift
    if [[ -e $here/$config || $config == /* ]]; then    # a path as seen from the caller; only the clone travels
        config=$(realpath -m --relative-to="$PWD" "$(cd "$here" && realpath -m "$config")")
        [[ $config != ../* && -f $config ]] || refuse "$config: the config must be a file in the clone $PWD"
    fi
    name=$(basename "${config%.yaml}")
    arguments=(train "$config" "$@")
    [[ " $* " == *" --run-dir"* || " $* " == *" run.dir="* ]] ||
        arguments+=(--run-dir "$PWD/runs/$name-$(date +%Y%m%d-%H%M%S)")
fi

id=codearena-${name//[^A-Za-z0-9_-]/-}-$(date +%s)-$$
trap '"${bin}ray" job stop --address "$address" "$id" >&2 || true; exit 130' INT TERM
echo "submit: job $id at $address: codearena ${arguments[*]}" >&2
"${bin}ray" job submit --address "$address" --submission-id "$id" --working-dir . \
    --runtime-env launch/runtime_env.yaml -- python -m codearena_ray "${arguments[@]}" &
following=$!
code=0
wait "$following" || code=$?

# `ray job submit` says 1 for every failure and 0 for a stopped job: ask for the code of the job itself.
"${bin}python" - "$address" "$id" "$code" <<'ASK'
import sys
import time

from ray.job_submission import JobStatus, JobSubmissionClient

address, job, followed = sys.argv[1:]
try:
    client = JobSubmissionClient(address)
    while not (info := client.get_job_info(job)).status.is_terminal():
        time.sleep(2)
except (RuntimeError, ConnectionError) as error:
    sys.exit(f"submit: {address} does not know how {job} ended: {' '.join(str(error).split())}")
print(f"submit: {job} {info.status}", file=sys.stderr)
sys.exit(0 if info.status is JobStatus.SUCCEEDED else info.driver_exit_code or int(followed) or 1)
ASK
