"""Keeping an office safe: backups that vouch for themselves, restoring, verifying, and moving to another store.

`safekeeping` is the whole act, `backup_file` the file, `backup_texts` and `passwords` what goes into it and what must not,
`rotation` which ones stay, `moving` the way into another store; `unfinished` keeps half-done work apart.
"""
