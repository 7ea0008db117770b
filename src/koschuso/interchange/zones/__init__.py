"""Time zones in calendars: what programs call them, what a file says of its own, and how they are written.

`names` knows zones by name alone; `definitions` reads what the VTIMEZONEs of one file say and decides which zone a time
is in; `vtimezone` writes them; `kept` gives a record's own zones as clocks.
"""
