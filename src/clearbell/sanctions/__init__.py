"""Orders from the regulator and restrictions in force on numbers, holders and trunks."""
