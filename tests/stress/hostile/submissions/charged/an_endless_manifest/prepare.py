# kind: charged
# tries: a manifest that is a link to a device without an end
# promise: status=2

from pathlib import Path

Path("offhook.toml").symlink_to("/dev/zero")
