#!/bin/sh
# The real servers that the tests talk to, from Debian. Installs without starting any service.
set -eu
packages=""
command -v prometheus >/dev/null && command -v promtool >/dev/null || packages="$packages prometheus"
[ -z "$packages" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "the tests need Debian's$packages; run once: sudo apt-get install -y --no-install-recommends$packages" >&2
    exit 1
fi

echo "installing$packages from Debian (once)"
# policy-rc.d that says 101 keeps maintainer scripts from starting a service; ours is removed again
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod +x $policy
    trap '$sudo rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $packages >/dev/null
