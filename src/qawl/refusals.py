"""What a push must not do: orphan annotations by a new config, or write to a project of others."""

from collections import Counter
from collections.abc import Collection

from qawl.errors import ServerError
from qawl.label_studio import ANNOTATED, Client
from qawl.scheme import Scheme


def refuse_orphans(client: Client, project: int, title: str, current: Scheme) -> None:
    """Annotations that use what the new config lacks would be out of their annotators' reach.

    Label Studio checks the words that are shown, not the aliases that are stored, so this looks itself.
    """
    known = {*current.label, *(each.typed for each in current.attributes), *current.attribute}
    values = {value.name for each in current.attributes for value in each.values}
    free = {each.name for each in current.attributes if each.suggest}
    lost: Counter[str] = Counter()
    for task in client.tasks(project, annotations=True, where=[ANNOTATED]):
        for annotation in task.get("annotations") or ():
            for result in annotation.get("result") or ():
                value = result.get("value") or {}
                lost.update(each for each in value.get("labels") or () if each not in known)
                if result.get("from_name") not in free:
                    lost.update(each for each in value.get("choices") or () if each not in values)
    if lost:
        counts = ", ".join(f"{name} {count}" for name, count in lost.most_common())
        raise ServerError(
            f"the new config of project {project} ({title}) lacks what its annotations use: {counts}; "
            f"keep it in label_config/{current.layer}.yaml"
        )


def refuse_foreign(client: Client, titles: Collection[str], ours: Collection[int]) -> None:
    """A project with the title of one of ours that does not carry our mark must not be written to."""
    for fields in client.projects():
        if fields["id"] not in ours and fields.get("title") in titles:
            raise ServerError(
                f"{client.url} has a project {fields['title']!r} (id {fields['id']}) that is not of "
                "this corpus: rename it there, or change name in qawl.yaml"
            )
