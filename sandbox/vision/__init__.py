"""Face analysis on the CPU: pictures in, `Face` values out. Knows nothing of AWS's wire formats."""
