"""`python -m codearena_ray`: the command line where no script is installed, as in a submitted job."""

from codearena_ray.cli import main

main()
