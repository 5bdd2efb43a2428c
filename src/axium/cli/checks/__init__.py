"""What `axium doctor` looks at: each module looks at one thing, and changes nothing."""
