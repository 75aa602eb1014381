"""Making tasks: authored problems in, verified repair tasks out.

`authoring` reads problem files as text, `operators` plants bugs, `rename` gives programs fresh identifiers,
`validate` proves what a task claims, `build` makes the shipped pack. Nothing here executes problem code in
this process: expected values and proofs come out of the sandbox.
"""
