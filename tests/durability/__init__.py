"""Shows that nothing acknowledged is lost: crash, power loss, full disk, many writers; for every store by its URL.

    python -m tests.durability.crash --store sqlite --trials 200            kill -9 at random moments
    python -m tests.durability.crash --store postgresql --trials 50         … and the server stopped hard
    python -m tests.durability.powerloss --store sqlite --cuts 1000         what a disk may hold after a power cut
    python -m tests.durability.powerloss --synchronous NORMAL               the same must find losses here
    python -m tests.durability.faults --act backup --fault kill             one fault at every single place
    python -m tests.durability.full_disk --folder FOLDER --limit file       no room, and room again
    python -m tests.durability.concurrency --store postgresql --writers 10 --seconds 30

Each prints a table, writes the same as JSON (``--json FILE``) and ends with 1 when something is not as promised. Where
an URL is asked for, ``sqlite``, ``files`` and ``postgresql`` alone mean an empty store of one's own; ``postgresql`` starts
a server. Which of it the tests run, and with what numbers, stands in ``test_durability.py``.
"""
