"""Case files (卷宗) as documents: PDF, vCon, and the signed package in which they are handed over. No SQL."""
