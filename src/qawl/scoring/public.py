"""`qawl.score`: predictions of a system against a release, as `qawl score --json` has it."""

from pathlib import Path

from qawl.scoring.score import Request
from qawl.scoring.score import score as figures


def score(
    release: str | Path,
    predictions: str | Path,
    *,
    split: str | None = None,
    against: str | Path | None = None,
    soft: bool = False,
) -> dict[str, object]:
    """Scores predictions against the gold of a release.

    docs/scoring.md defines every figure. Those of spans are the figures of `qawl agreement`, with gold as
    one annotator and the system as the other; rankings are scored by average precision, as
    CheckThat! does; `soft` has the measures of Le-Wi-Di 2025 (arXiv:2510.08460); `against` is tested by
    approximate randomisation (Noreen 1989; Yeh 2000).

    Parameters
    ----------
    release : str or Path
        The folder of a release, or of a copy with restored texts.
    predictions : str or Path
        A JSON Lines file, a line an article and layer; docs/scoring.md has its keys.
    split : str, optional
        This split alone; by default all.
    against : str or Path, optional
        Predictions of a second system, for a paired test.
    soft : bool
        Hold distributions and answers against the votes of annotators too.

    Returns
    -------
    dict
        What `qawl score --json` prints. `layers` has, by layer, `n_articles` and the figures: most are a
        dict of `value`, `low`, `high` (0 to 1, or None; the bounds of the 95 % interval over articles)
        and `n`, how many spans of gold and of the system were compared. `labels` and `attributes` have
        them by name. `warnings` says what was ignored in the file.

    Raises
    ------
    QawlError
        The folder is no release, or the file names what the release lacks.

    Examples
    --------
    >>> folder = qawl.Corpus(".").release("0.1.0").folder
    >>> _ = qawl.export(folder, "jsonl", "gold", layers="claim")
    >>> found = qawl.score(folder, "gold/claim.gold.train.jsonl", split="train")
    >>> found["layers"]["claim"]["n_articles"] > 0
    True
    >>> found["layers"]["claim"]["exact_precision"]
    1.0
    """
    second = None if against is None else Path(against)
    return figures(Request(Path(release), Path(predictions), split, second, soft)).plain()
