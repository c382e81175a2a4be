"""What changed on the server since the last pull, a page at a time into the journal.

How far each project was read stands in .qawl/pulled.json. Without it, or where the journal is not the
one that it speaks of, a project is read whole. Each page is journalled before the next is asked for,
so a killed pull goes on where it was.
"""

from collections.abc import Callable, Collection, Iterable

from qawl.annotations import journal
from qawl.annotations import store as annotation_store
from qawl.annotations.identity import Home
from qawl.annotations.pulled import Pulled
from qawl.annotations.sorter import Sorter
from qawl.articles import withdrawal
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.scheme import scheme
from qawl.studio import adopted_projects, plan, pull_journals
from qawl.studio import clocks as studio_clocks
from qawl.studio import older_projects as studio_older
from qawl.studio.client import DRAFTED, Client
from qawl.studio.pool_users import PoolUsers
from qawl.studio.pull_journals import Journals
from qawl.studio.pull_lost import LostProjects
from qawl.studio.pull_marks import Marks
from qawl.studio.pull_project import Reading
from qawl.studio.steps import Remote

Watch = Callable[[list[Remote]], Iterable[Remote]]
"""Hands projects on one by one, and may show how far one is."""


def pull(
    client: Client,
    project: Project,
    *,
    watch: Watch = list,
    only: Collection[int] | None = None,
    users: Collection[str] = (),
) -> Pulled:
    """Journals what is new on the server, and derives the annotations.

    `only` are the numbers of the projects to read; None reads all, those that work was adopted from too.
    `users` say who works in a pool, each as USER=NAME.
    Raises ServerError where a project holds another number of annotations than the journal then has.
    """
    outcome = Pulled()
    strange = adopted_projects.pull(client, project, outcome, only, users)
    remotes = plan.remotes(client, project)
    read = [each for each in remotes if only is None or each.id in only]
    older = _older(project, remotes)
    marks = Marks(project, client.url)
    sorter = Sorter(project, outcome)
    journals = Journals(project, outcome)
    journals.look_at_all()
    people = _people(client, project, remotes, users, strange)
    now = client.clock()
    clocks = studio_clocks.look(project, client.url, now) if now else None
    try:
        drafts = client.together(lambda remote: client.count(remote.id, [DRAFTED])[0], read)
        outcome.drafts = sum(drafts)
        readings = []
        for remote in watch(read):
            opened = pull_journals.opened(remote, journals, people)
            readings.append(Reading(client, remote, opened, sorter, outcome, marks, older))
            readings[-1].read(now, clocks)
        after = {each["id"]: each for each in client.projects()}
        for reading in readings:
            reading.settle(after.get(reading.remote.id))
        LostProjects(project, marks, journals, outcome).look(remotes, after)
        if people and only is None:
            people.moved()
        for reading in readings:
            reading.name_doubles()
        _name_withdrawn(project, outcome)
    finally:
        outcome.notes += people.notes if people else []
        for layer in project.settings.layers:
            if any(journal.files(project, layer)):
                annotation_store.refresh_after_pull(project, layer, outcome)
    return outcome


def _older(project: Project, remotes: Iterable[Remote]) -> set[Home]:
    """The projects of older scheme versions beside which one of the current version stands."""
    schemes = scheme.load_all(project)
    current = {
        each.whose
        for each in remotes
        if each.layer in schemes and each.scheme_version == schemes[each.layer].version
    }
    return {
        each.home
        for each in remotes
        if each.whose in current and studio_older.leads(each.scheme_version, schemes[each.layer])
    }


def _people(
    client: Client,
    project: Project,
    remotes: Iterable[Remote],
    given: Collection[str],
    strange: Collection[str],
) -> PoolUsers | None:
    """Who the users of the corpus's pools are; None where it has no pool. `strange` are those given who
    made nothing in projects that work was adopted from."""
    there = list(remotes)
    if any(each.slice is not None for each in there):
        people = PoolUsers(client, project, there)
        people.state(given)
        return people
    if given and not project.settings.label_studio.adopted:
        raise InputError(
            "--annotator: this corpus has no pool on the server, so its projects say who works there; "
            "the option is for exports (--from), for projects that work was adopted from, and for pools "
            "(label_studio.pool in qawl.yaml, then `qawl push`)"
        )
    for each in strange:
        raise InputError(f"--annotator {each}: this user made nothing in the adopted projects")
    return None


def _name_withdrawn(project: Project, outcome: Pulled) -> None:
    """Raises an alarm for new work on articles that are withdrawn."""
    out = withdrawal.ids(project)
    for layer, article, annotator in sorted(outcome.changed):
        if article in out:
            outcome.alarms.append(
                f"{layer} by {annotator}: new work on article {article}, which is withdrawn; the "
                "journal keeps it, no release has it (`qawl push` says which tasks are left)"
            )
