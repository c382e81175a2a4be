"""What can go wrong in running Qawl: one tree, one-line messages that say what to do.

QawlError                 anything a user can mend; the command line prints it and exits 1
├── ProjectError          qawl.yaml or the folder of a corpus is not usable
│   └── CorpusLocked      another Qawl works on the corpus
├── SchemeError           a label_config/*.yaml is wrong or contradicts itself
├── InputError            a file that was named can't be read as what it should be
├── JournalError          the journal was changed or can't be continued
├── ReleaseError          a release can't be built, or is not what its manifest says
│   └── GatesFailed       what must hold before a release does not
├── ServerError           Label Studio can't be started, reached or trusted
└── HubError              the Hugging Face Hub refused or can't be reached

Problems in the data are no exceptions: they are `qawl.core.records.Finding` values.
"""

import re

TOO_DEEP = "lists or objects are nested too deeply"
_OTHER_FORMAT = re.compile(r"Invalid enum value ([^ ]+) - at `\$\.format`")


def other_format(error: Exception) -> str | None:
    """What is wrong and what to do, in words, where a file has a format that is not known."""
    found = _OTHER_FORMAT.fullmatch(str(error))
    return found and (
        f"it is of format {found[1]}, which this version of Qawl does not know: use the version of Qawl "
        "that wrote it, or a newer one"
    )


class QawlError(Exception):
    """One line for the user: what is wrong, where, and what to do. All errors of Qawl are of this kind.

    Examples
    --------
    >>> try:
    ...     qawl.Corpus("corpus")
    ... except qawl.QawlError as error:
    ...     print(str(error).partition("/corpus ")[2].partition(": the corpus is ")[0])
    has no qawl.yaml
    """


class ProjectError(QawlError):
    """qawl.yaml or the folder of a corpus is not usable."""


class CorpusLocked(ProjectError):
    """Another Qawl works on the corpus; the message names the holder."""


class SchemeError(QawlError):
    """A scheme (label_config/*.yaml) is wrong or contradicts itself."""


class InputError(QawlError):
    """A file that was named can't be read as what it should be."""


class JournalError(QawlError):
    """The journal was changed or can't be continued."""


class ReleaseError(QawlError):
    """A release can't be built, or is not what its manifest says."""


class GatesFailed(ReleaseError):
    """What must hold before a release does not.

    Attributes
    ----------
    gates : list of str
        Each gate that fails, and how to pass it.

    Examples
    --------
    >>> error = qawl.GatesFailed(["the card is unfilled", "no licence decision for AFP"])
    >>> print(error)
    no release was built: the card is unfilled; no licence decision for AFP
    """

    def __init__(self, gates: list[str]) -> None:
        super().__init__(f"no release was built: {'; '.join(gates)}")
        self.gates = gates


class ServerError(QawlError):
    """Label Studio can't be started, reached or trusted."""


class HubError(QawlError):
    """The Hugging Face Hub refused or can't be reached."""
