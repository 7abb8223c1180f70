#!/bin/sh
# Installs those of the Debian packages $@ that are not installed yet; $APT_FLAGS are options for apt-get.
set -eu

missing=""
if command -v dpkg-query >/dev/null; then
  for package in "$@"; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
  done
else
  echo "This is no Debian system. Install what these packages hold, and run make all:" >&2
  echo "  $*" >&2
  exit 1
fi
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and there is no sudo to install them with:$missing" >&2
    echo "As root: apt-get install$missing" >&2
    exit 1
  fi
  sudo=sudo
fi
echo "Installing:$missing"
# shellcheck disable=SC2086  # a list of words
if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ${APT_FLAGS:-} $missing >/dev/null 2>&1; then
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ${APT_FLAGS:-} $missing >/dev/null
fi
