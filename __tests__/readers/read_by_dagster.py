"""What dagster-dbt makes of manifests: prints, by manifest, its assets, their checks, and what selections choose.

usage: read_by_dagster.py MANIFEST.json...
"""
import json
import sys
from pathlib import Path

from dagster import Definitions, TableSchema
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

SELECTIONS = ["fqn:*", "config.materialized:incremental", "1+resource_type:model", "test_type:unit", "source:*+"]


def of_asset(spec):
    return {
        "dependencies": sorted(dependency.asset_key.to_user_string() for dependency in spec.deps),
        "group": spec.group_name,
        "tags": dict(spec.tags),
        "kinds": sorted(spec.kinds),
        "owners": sorted(spec.owners),
        "description": spec.description,
        "code_version": spec.code_version,
        "metadata": of_metadata(spec.metadata),
    }


def of_check(spec):
    return {
        "asset": spec.asset_key.to_user_string(),
        "name": spec.name,
        "description": spec.description,
        "blocking": spec.blocking,
        "dependencies": sorted(dependency.asset_key.to_user_string() for dependency in spec.additional_deps),
        "metadata": of_metadata(spec.metadata),
    }


def of_metadata(metadata):
    """All but the manifest itself and the object that read it."""
    of_reader = ("dagster_dbt/manifest", "dagster_dbt/dagster_dbt_translator")
    return {key: of_value(value) for key, value in (metadata or {}).items() if key not in of_reader}


def of_value(value):
    if not isinstance(value, TableSchema):
        return str(value)
    # A column's tags are in the order of a Python set.
    return [
        [column.name, column.type, column.description, str(column.constraints), sorted(column.tags)]
        for column in value.columns
    ]


def read(manifest):
    settings = DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True)
    translator = DagsterDbtTranslator(settings)

    def assets(select):
        @dbt_assets(manifest=Path(manifest), select=select, dagster_dbt_translator=translator)
        def project_assets(context): ...

        return project_assets

    whole = assets("fqn:*")
    Definitions.validate_loadable(Definitions(assets=[whole]))
    checks = [of_check(spec) for spec in whole.check_specs]
    return {
        "assets": {spec.key.to_user_string(): of_asset(spec) for spec in whole.specs},
        "checks": sorted(checks, key=lambda check: (check["asset"], check["name"])),
        "selections": {
            select: sorted(key.to_user_string() for key in assets(select).keys) for select in SELECTIONS
        },
    }


# dbt prints what it finds of a selection.
output, sys.stdout = sys.stdout, sys.stderr
json.dump({manifest: read(manifest) for manifest in sys.argv[1:]}, output)
