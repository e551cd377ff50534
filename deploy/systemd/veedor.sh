#!/bin/sh
# `veedor ...` by hand, with the user, the settings and the folders of the units. To be installed as /usr/local/bin/veedor;
# root calls it.
exec systemd-run --quiet --pty --pipe --wait --collect \
    --uid=veedor --gid=veedor --working-directory=/var/lib/veedor \
    --property=UMask=0027 --property=StateDirectory=veedor --property=StateDirectoryMode=0750 \
    --property=EnvironmentFile=/etc/veedor/veedor.env \
    --setenv=LANG=C.UTF-8 --setenv=PYTHONUTF8=1 --setenv=TERM="${TERM:-dumb}" \
    --setenv=VEEDOR_DATA=/var/lib/veedor/data --setenv=VEEDOR_SOURCES=/etc/veedor/sources.yaml \
    /opt/veedor/.venv/bin/veedor "$@"
