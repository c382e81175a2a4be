"""A layer taken through the whole loop by the commands that users type, and its release loaded."""

import contextlib
import json

from click.testing import CliRunner

from qawl import cli


class Loop:
    """A corpus in a folder; each method is a command."""

    def __init__(self, folder, schemes, texts, settings="", languages="en"):
        self.folder = folder
        self.used = 0
        self.run("init", str(folder), "--name", "loop", "--language", languages, at=folder.parent)
        layers = ", ".join(schemes)
        (folder / "qawl.yaml").write_text(
            f"name: loop\nlanguage: {languages}\nlayers: [{layers}]\n{settings}\n", "utf-8"
        )
        for layer, text in schemes.items():
            (folder / f"label_config/{layer}.yaml").write_text(text, "utf-8")
        self.run("scheme")
        given = [
            each
            if isinstance(each, dict)
            else {"text": each, "redistribute": True, "license": "CC-BY-4.0"}
            for each in texts
        ]
        source = folder.parent / "articles.jsonl"
        source.write_text("".join(json.dumps(each) + "\n" for each in given), "utf-8")
        self.run("ingest", str(source))

    def run(self, *words, at=None, fails=False):
        """What a command printed."""
        with contextlib.chdir(at or self.folder):
            done = CliRunner().invoke(cli.group, words)
        assert "a fault in qawl" not in done.output, done.output
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        if not fails:
            assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    def tasks(self, layer):
        """The tasks of a layer, as they are sent to Label Studio."""
        out = self.folder.parent / f"{layer}.tasks.json"
        self.run("tasks", "--layer", layer, "--out", str(out))
        return json.loads(out.read_text("utf-8"))

    def annotate(self, layer, results, field="text", annotators=2):
        """Pulls an export in which each annotator gave `results(annotator, text)` for every task."""
        export = [
            {
                "id": self.used + number,
                **task,
                "annotations": [
                    {
                        "id": 10 * (self.used + number) + who,
                        "completed_by": who,
                        "result": results(who, text),
                    }
                    for who in range(1, annotators + 1)
                ],
            }
            for number, task in enumerate(self.tasks(layer), start=1)
            for text in [task["data"][field]]
        ]
        self.used += len(export)
        path = self.folder.parent / f"{layer}.export.json"
        path.write_text(json.dumps(export), "utf-8")
        return self.run("pull", "--from", str(path))

    def records(self, layer, what="annotations"):
        """The records of a layer, as they stand on disk."""
        lines = (self.folder / "exports" / what / f"{layer}.jsonl").read_text("utf-8").split("\n")
        return [json.loads(line) for line in lines if line]

    def findings(self, **wanted):
        """What validate finds, those with these fields."""
        found = json.loads(self.run("validate", "--json", fails=True))["findings"]
        return [each for each in found if all(each[key] == of for key, of in wanted.items())]

    def agreement(self, layer):
        """The figures of a layer."""
        return json.loads(self.run("agreement", "--json"))["layers"][layer]

    def release(self, cache):
        """The tables of a release as `datasets` loads them, by config: all rows of all splits."""
        import datasets

        self.run("adjudicate")
        self.run("release", "0.1.0", "--draft")
        (folder,) = (self.folder / "exports/releases").iterdir()
        self.run("verify", str(folder))
        configs = datasets.get_dataset_config_names(str(folder))
        loaded = {
            each: datasets.load_dataset(str(folder), each, cache_dir=str(cache)) for each in configs
        }
        return {
            config: datasets.concatenate_datasets(list(each.values()))
            for config, each in loaded.items()
        }
