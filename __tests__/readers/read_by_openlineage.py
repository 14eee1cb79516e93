"""OpenLineage's own client as a reader: makes its classes of every event on standard input, a line each, and prints what it writes of them.

Fails where a key is unknown or missing, and where an address of a schema is not the client's own.
"""
import json
import sys

from openlineage.client.event_v2 import InputDataset, Job, JobEvent, OutputDataset
from openlineage.client.generated.column_lineage_dataset import (
    ColumnLineageDatasetFacet,
    Fields,
    InputField,
    Transformation,
)
from openlineage.client.generated.job_type_job import JobTypeJobFacet
from openlineage.client.generated.schema_dataset import SchemaDatasetFacet, SchemaDatasetFacetFields
from openlineage.client.serde import Serde


def facet(of, data, **parts):
    content = {key: value for key, value in data.items() if not key.startswith("_")}
    made = of(**{**content, **parts}, producer=data["_producer"])
    assert made._schemaURL == data["_schemaURL"], (made._schemaURL, data["_schemaURL"])
    return made


def input_field(data):
    return InputField(**{**data, "transformations": [Transformation(**each) for each in data["transformations"]]})


def schema(data):
    return facet(SchemaDatasetFacet, data, fields=[SchemaDatasetFacetFields(**each) for each in data["fields"]])


def column_lineage(data):
    fields = {
        name: Fields(**{**field, "inputFields": [input_field(each) for each in field["inputFields"]]})
        for name, field in data["fields"].items()
    }
    return facet(ColumnLineageDatasetFacet, data, fields=fields, dataset=[input_field(each) for each in data["dataset"]])


def dataset(of, data):
    makers = {"schema": schema, "columnLineage": column_lineage}
    return of(**{**data, "facets": {name: makers[name](each) for name, each in data.get("facets", {}).items()}})


def event(data):
    job = {**data["job"], "facets": {"jobType": facet(JobTypeJobFacet, data["job"]["facets"]["jobType"])}}
    made = JobEvent(
        eventTime=data["eventTime"],
        producer=data["producer"],
        job=Job(**job),
        inputs=[dataset(InputDataset, each) for each in data["inputs"]],
        outputs=[dataset(OutputDataset, each) for each in data["outputs"]],
    )
    assert made.schemaURL == data["schemaURL"], (made.schemaURL, data["schemaURL"])
    return made


print(json.dumps([Serde.to_dict(event(json.loads(line))) for line in sys.stdin]))
