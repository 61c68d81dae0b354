"""One change and its reverse, one file; `contract` is the seam to backends and stages."""
