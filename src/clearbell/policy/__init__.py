"""Policy as data: packs, what a symbol weighs, what a total leads to, and the words that explain it."""
