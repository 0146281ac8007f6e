"""Finding who calls as nuisances do: features of numbers, holders and trunks from the call lake."""
