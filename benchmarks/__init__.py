"""What the figures in docs/performance.md come from: axium and its peers in the same run."""
