"""The pure domain: environments, rules, templates, the resolver and the HUD; no input or output."""
