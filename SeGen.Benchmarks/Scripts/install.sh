#!/usr/bin/env bash
# Installs the peers into a folder: PyTorch 1.13 and torchvision 0.14 from Debian, ONNX Runtime 1.30 from npm (its library alone; no script of it runs).
set -euo pipefail
folder=${1:?usage: install.sh FOLDER}
mkdir -p "$folder"
/usr/bin/python3 -c 'import torch, torchvision' 2>/dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends python3-torch python3-torchvision; }
[ -e "$folder/libonnxruntime.so" ] && exit 0
cd "$folder"
[ -e package.json ] || npm init -y >/dev/null
npm install --silent --ignore-scripts onnxruntime-node@1.30
ln -sf "$(find "$PWD/node_modules/onnxruntime-node/bin" -path '*linux/x64*' -name 'libonnxruntime.so*' | head -1)" libonnxruntime.so
