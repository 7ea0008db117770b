"""What comes into an office: files that somebody brings, and the answers of surveys.

`incoming` opens a file, `intake` compares it with what is stored and writes it in one act, by what `recognising` knows
already and `merging` decides; `importing` says what became of it. `surveying` counts answers, `holdings` tells readers what
is there.
"""
