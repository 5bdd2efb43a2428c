"""Editors get a schema of each file that says what the reader says."""

from axium.config.schema import schemas


def test_each_file_has_a_schema_of_the_current_draft() -> None:
    made = schemas()
    assert {name: schema["$schema"] for name, schema in made.items()} == dict.fromkeys(
        [
            "envs.yaml",
            "prefixes.yaml",
            "hud.yaml",
            "links.yaml",
            "permissions.yaml",
            "gear-override.yaml",
            "registry.yaml",
            "spoke.yaml",
            "gear.yaml",
        ],
        "https://json-schema.org/draft/2020-12/schema",
    )


def test_a_schema_knows_exactly_the_keys_that_are_read() -> None:
    rule = schemas()["prefixes.yaml"]["$defs"]["RuleEntry"]
    assert (sorted(rule["properties"]), rule["required"], rule["additionalProperties"]) == (
        ["command", "config", "fallback", "prefix", "strategy", "unset", "wrapper"],
        ["command"],
        False,
    )
