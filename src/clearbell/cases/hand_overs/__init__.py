"""Case files handed over to an authority: proposed by one officer, handed over by another where the pack says so."""
