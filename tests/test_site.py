"""The course as a site: whole, well-formed, readable, and with nothing in it that a stranger's text could do."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import struct
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from click.testing import Result as Run
from conftest import KATA_TOML
from conftest import ROOT
from conftest import WriteKata

from grader import result as results
from grader.cli import create_cli
from grader.content.catalog import Catalog
from grader.content.pack import Pack
from grader.errors import UsageError
from grader.learner.workspace import Workspace
from grader.plugins import create_manager
from grader.protocol.channel import DrawnPicture
from grader.site import folder as folders
from grader.site import markup
from grader.site.pages import render_site

SCRIPT = "<script>alert(1)</script>"
ATTACK = f"{SCRIPT}\" onload='alert(1)' $x$ \x1b]0;title\x07 \x00"
MATH = "{http://www.w3.org/1998/Math/MathML}"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG = b"".join(
    [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\0abc\0def")),
        chunk(b"IEND", b""),
    ]
)


class Elements(HTMLParser):
    """Collects all elements as a browser would see them, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def grader(*arguments: object) -> Run:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


def result_of(kata: str, status: results.Status = "pass", **more: object) -> results.Result:
    return results.Result(kata=kata, status=status, score=10.0, max_score=10.0, tests=[], **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    """Builds the course for a learner with a pass that has a picture, and a fail."""
    folder = tmp_path_factory.mktemp("learner")
    workspace = Workspace(folder)
    for name in ("xor", "vae_losses"):
        workspace.start(catalog.katas[name])
    xor, losses = catalog.katas["xor"], catalog.katas["vae_losses"]
    picture = DrawnPicture(name="xor_in_the_plane", content=PNG)
    workspace.save(xor, workspace.submission_path(xor), result_of("xor"), [picture])
    failed = results.TestResult(
        name="test_kl",
        task=2,
        description="Adds over the latents.",
        status="fail",
        points=0,
        max_points=3,
        message="Called",
    )
    result = results.Result(kata="vae_losses", status="fail", score=0, max_score=10, tests=[failed])
    workspace.save(losses, workspace.submission_path(losses), result, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run = grader("site", "site")
    assert (run.exit_code, run.stderr) == (0, "")
    assert run.output == f"Wrote the map and {len(catalog.katas)} katas; open site/index.html in a browser.\n"
    return folder / "site"


def pages_of(site: Path) -> dict[Path, ElementTree.Element]:
    """Parses all pages as XML, which refuses what is not well-formed."""
    return {file: ElementTree.fromstring(file.read_text()) for file in site.rglob("*.html")}


def test_course_is_whole_and_small(site: Path, catalog: Catalog) -> None:
    assert {file.stem for file in (site / "katas").iterdir()} == set(catalog.katas)
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) <= 5_000_000
    others = Elements((site / "index.html").read_text()).found
    titles = {values.get("href") for tag, values in others if tag == "a" and values.get("class") == "title"}
    assert titles == {f"katas/{name}.html" for name in catalog.katas}


def test_every_link_and_picture_leads_somewhere_and_nothing_is_fetched(site: Path) -> None:
    identifiers = {
        file.resolve(): [element.get("id") for element in page.iter() if element.get("id")]
        for file, page in pages_of(site).items()
    }
    pictures = 0
    for file, page in pages_of(site).items():
        assert len(set(identifiers[file.resolve()])) == len(identifiers[file.resolve()])
        for element in page.iter():
            target = element.get("href") or element.get("src")
            if element.get("aria-labelledby"):
                assert element.get("aria-labelledby") in identifiers[file.resolve()]
            if not target or target == "data:,":
                continue
            if target.startswith(("https://", "http://")):
                assert element.tag == "a"  # To follow, and not to load.
                continue
            path, _, fragment = target.partition("#")
            found = (file.parent / path).resolve() if path else file.resolve()
            assert found.is_relative_to(site.resolve())
            assert found.is_file(), f"{file}: {target}"
            assert not fragment or fragment in identifiers[found], f"{file}: {target}"
            pictures += element.tag == "img"
    assert pictures == 1
    style = (site / "style.css").read_text()
    assert re.findall(r"url\(([^)]*)\)", style) == ['"DejaVuSerif.ttf"']
    assert (site / "DejaVuSerif.ttf").is_file()


def test_pages_have_title_language_headings_in_order_and_alternative_texts(site: Path) -> None:
    for file, page in pages_of(site).items():
        assert file.read_text().startswith("<!DOCTYPE html>")
        assert page.get("lang") == "en"
        assert (page.findtext("head/title") or "").strip()
        levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch("h[1-6]", element.tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), f"{file}: {levels}"
        assert all(element.get("alt") for element in page.iter("img"))
        assert all(element.get("tabindex") == "0" for element in page.iter("pre"))  # Else no key scrolls it.
        assert not list(page.iter("script"))


def test_every_formula_is_mathml(site: Path, catalog: Catalog) -> None:
    total = 0
    for kata in catalog.katas.values():
        source = kata.statement.read_text() + kata.hints.read_text()
        source = re.sub(r"^```.*?^```|`[^`\n]+`", "", source, flags=re.MULTILINE | re.DOTALL)
        formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", source, re.DOTALL)
        page = ElementTree.fromstring((site / "katas" / f"{kata.name}.html").read_text())
        assert len(list(page.iter(f"{MATH}math"))) == len(formulas), kata.name
        total += len(formulas)
        for code in [*page.iter("pre"), *page.iter("code")]:
            code.clear()
        assert "$" not in "".join(page.itertext()), kata.name
    assert total > 300


def test_formula_reads_as_it_was_meant() -> None:
    root = ElementTree.fromstring(markup.render_formula(r"\sqrt{d_k}"))
    assert [part.tag.removeprefix(MATH) for part in root.iter()][-4:] == ["msub", "mi", "mi"][-4:] or root.find(
        f".//{MATH}msqrt"
    )
    assert "".join(root.itertext()) == "dk"
    assert "".join(ElementTree.fromstring(markup.render_formula(r"a < b \sim \log c")).itertext()) == "a<b∼logc"


@pytest.mark.parametrize(
    "latex",
    [
        rf"\text{{{SCRIPT}}}",
        r"\href{javascript:alert(1)}{x}",
        r'\color{red"onload=1}x',
        r"\style{x:y}{z}",
        r"\frac{",
        SCRIPT,
    ],
)
def test_formula_is_no_way_to_bring_in_markup(latex: str) -> None:
    elements = Elements(markup.render_blocks(f"A ${latex}$ b"))
    assert {tag for tag, _ in elements.found} & {"script", "a"} == set()
    for _, values in elements.found:
        assert values.keys() <= {"class", "xmlns", "display", "stretchy"}


def test_statement_links_to_the_web_only_and_loads_nothing() -> None:
    page = markup.render_blocks(
        "[a](javascript:alert(1)) [b](file:///etc/passwd) ![c](https://example.org/c.png) [d](https://example.org) <b>e</b>"
    )
    links = [values["href"] for tag, values in Elements(page).found if tag == "a"]
    assert links == ["https://example.org/c.png", "https://example.org"]
    assert {tag for tag, _ in Elements(page).found} == {"p", "a"}


def test_text_of_strangers_is_text(write_kata: WriteKata, tmp_path: Path) -> None:
    toml = KATA_TOML.replace('"Double"', f"'''{SCRIPT}'''").replace('"Twice"', f"'''{SCRIPT}'''")
    toml = toml.replace('"Twice a number."', f"'''{SCRIPT}'''").replace('section = "0"', f"section = '''{SCRIPT}'''")
    kata = write_kata(toml=toml, reference=f'"""{SCRIPT}"""\ndef double(values):\n    return "{SCRIPT}"\n')
    kata.statement.write_text(
        f"# {SCRIPT}\n\n{SCRIPT}\n\n```python\n{SCRIPT}\n```\n\n```\n{SCRIPT}\n```\n\n`{SCRIPT}`\n"
    )
    kata.hints.write_text(f"## Task 1\n\n- {SCRIPT}\n")
    catalog = Catalog([Pack("tiny", "Tiny", tmp_path / "katas", tmp_path / "reference")])
    assert catalog.problems == []
    tests = [
        results.TestResult(
            name=ATTACK,
            task=task,
            description=ATTACK,
            status="fail",
            points=0,
            max_points=2,
            message=ATTACK,
            misconception=ATTACK,
            output=ATTACK,
        )
        for task in (1, 2)
    ]
    misconception = results.Misconception(name=ATTACK, title=ATTACK, explanation=ATTACK, evidence=ATTACK)
    misconception.alternatives = [results.Misconception(name=ATTACK, title=ATTACK, explanation=ATTACK, evidence=ATTACK)]
    threshold = results.ThresholdResult(
        name=ATTACK, value=1, limit=1, direction="at most", unit=ATTACK, samples=1, status="fail", note=ATTACK
    )
    result = results.Result(
        kata=ATTACK,
        status="pass",
        score=0,
        max_score=2,
        tests=tests,
        misconception=misconception,
        thresholds=[threshold],
        sandbox=[ATTACK],
    )
    workspace = Workspace(tmp_path)
    mine = workspace.submission_path(kata)
    mine.parent.mkdir()
    mine.write_text(f"{SCRIPT}\nnote = '''{ATTACK}'''\n".replace("\x00", ""))
    workspace.save(kata, mine, result, [DrawnPicture(name="double", content=PNG)])
    saved = workspace.results_folder(kata) / "result.json"
    saved.write_text(saved.read_text().replace('"name": "double"', '"name": "<script>alert(1)</script>"'))
    files = render_site(create_manager(), catalog, workspace)
    page = files["katas/double.html"].decode()
    for text in (page, files["index.html"].decode()):
        elements = Elements(text)
        ElementTree.fromstring(text)
        assert elements.text.count("alert(1)") >= 2
        assert "script" not in {tag for tag, _ in elements.found}
        for _, values in elements.found:
            assert not any(name.startswith("on") for name in values)
            assert (
                "alert" not in f"{values.get('href')} {values.get('src')} {values.get('class')} {values.get('style')}"
            )
    # Each field of a result is there: what was tested twice, the misconception, what else it may be, a threshold.
    shown = Elements(page).text
    assert "\x1b" not in shown
    assert shown.count("onload='alert(1)'") >= 2 * 3 + 3 + 2 + 3 + 1


def test_hints_are_folded_one_inside_the_other(site: Path, catalog: Catalog) -> None:
    page = ElementTree.fromstring((site / "katas/vae_losses.html").read_text())
    section = next(element for element in page.iter("section") if element.get("aria-labelledby") == "hints")
    first = section.find("details")
    assert first is not None
    assert not any(element.get("open") for element in section.iter("details"))
    assert [element.text for element in first.iter("summary")] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3"]
    assert (first.findtext("details/details/p") or "").startswith("The noise is handed in; draw none.")
    assert len(list(section.iter("h3"))) == 4


def test_kata_that_tells_points_only_gives_no_hint(write_kata: WriteKata, tmp_path: Path) -> None:
    for feedback, shown in (("property", True), ("none", False)):
        write_kata(toml=f'feedback = "{feedback}"\n{KATA_TOML}')
        catalog = Catalog([Pack("tiny", "Tiny", tmp_path / "katas", tmp_path / "reference")])
        page = render_site(create_manager(), catalog, Workspace(tmp_path))["katas/double.html"].decode()
        assert ("<p>Add.</p>" in page) == shown


@pytest.mark.parametrize("content", [b"No heading.\n", b"## Task 1\n\n- \xff\n"])
def test_malformed_hints_are_named_and_the_rest_is_written(
    write_kata: WriteKata, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    kata = write_kata()
    kata.hints.write_bytes(content)
    catalog = Catalog([Pack("tiny", "Tiny", tmp_path / "katas", tmp_path / "reference")])
    files = render_site(create_manager(), catalog, Workspace(tmp_path))
    assert b"<h1>Double</h1>" in files["katas/double.html"]
    assert capsys.readouterr().err.startswith("Warning: The hints of double are left out: ")


def test_solutions_are_shown_after_the_pass_only(site: Path, catalog: Catalog) -> None:
    def texts(name: str) -> str:
        return Elements((site / "katas" / f"{name}.html").read_text()).text

    passed = texts("xor")
    assert "Ours: reference" in passed
    assert "one_unit_a_row = np.where(wanted, 1.0, -1.0).T, 0.5 - wanted.sum(axis=1)" in passed
    assert "Yours" in passed
    for name in catalog.katas.keys() - {"xor"}:
        assert "They are shown after a pass." in texts(name)
        assert "Ours:" not in texts(name)
    assert "They are shown after a pass." not in passed


def test_report_shows_the_first_failure_and_the_picture_with_its_size(site: Path) -> None:
    failed = (site / "katas/vae_losses.html").read_text()
    assert '<details open="open">\n<summary>What happened</summary>' in failed
    assert "Adds over the latents." in failed
    (picture,) = (values for tag, values in Elements((site / "katas/xor.html").read_text()).found if tag == "img")
    assert picture == {
        "src": "../pictures/xor-1.png",
        "width": "3",
        "height": "2",
        "alt": "Drawn from your submission: xor in the plane",
    }
    assert (site / "pictures/xor-1.png").read_bytes() == PNG


def test_outside_a_workspace_the_latest_report_is_in_the_cache_folder(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    workspace, xor = Workspace(tmp_path / "nowhere"), catalog.katas["xor"]
    workspace.save(
        xor, tmp_path / "xor.py", result_of("xor"), [DrawnPicture(name="plane", content=PNG)], may_make=False
    )
    files = render_site(create_manager(), catalog, workspace)
    assert files["pictures/xor-1.png"] == PNG
    assert b'<strong class="verdict pass">Pass</strong>' in files["katas/xor.html"]
    assert b"They are shown after a pass." in files["katas/xor.html"]  # As `grader solution` says: nothing is noted.


def test_map_says_what_is_passed_open_and_locked(site: Path) -> None:
    page = ElementTree.fromstring((site / "index.html").read_text())
    states = {
        item.get("id"): re.sub(r"\s+", " ", item.findtext("div/span") or "")
        for item in page.iter("li")
        if item.get("id")
    }
    assert states["xor"] == "passed, 10 of 10 points"
    assert states["perceptron"] == "open"
    assert states["depth_vs_width"] == "locked"
    (item,) = (item for item in page.iter("li") if item.get("id") == "depth_vs_width")
    assert " ".join("".join(item.itertext()).split()).endswith("After universal_approximation, xor ✓ passed")


def test_damaged_result_is_left_out_and_no_other_file_is_taken_for_a_picture(
    catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, xor, gates = Workspace(tmp_path), catalog.katas["xor"], catalog.katas["perceptron"]
    (tmp_path / "secret.png").write_bytes(PNG)
    secret = results.Artifact(name="secret", path=str(tmp_path / "secret.png"), media_type="image/png")
    workspace.save(xor, workspace.submission_path(xor), result_of("xor", artifacts=[secret]), [])
    damaged = workspace.results_folder(gates) / "result.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    files = render_site(create_manager(), catalog, workspace)
    assert not any(name.startswith("pictures/") for name in files)
    assert b"Nothing is graded yet" in files["katas/perceptron.html"]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert f"{damaged}: cannot be read" in told[0]
    assert f"{tmp_path / 'secret.png'}: expected a picture, found none" in told[1]


def listing(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_site_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folders.write_site(folder, {"index.html": b"old", "katas/gone.html": b"gone"})
    folders.write_site(folder, {"index.html": b"new", "katas/made.html": b"made"})
    kept = listing(folder)
    del kept[folders.LIST]
    assert kept == {"index.html": b"new", "katas/made.html": b"made"}
    assert (folder / "index.html").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["notes.txt", "index.html", ".git", folders.LIST])
def test_folder_of_somebody_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    before = listing(tmp_path)
    run = grader("site", tmp_path)
    assert run.exit_code == 2
    assert run.stderr.startswith(
        f"Error: {tmp_path}: expected no folder, an empty one, or one that `grader site` wrote"
    )
    assert len(run.stderr.splitlines()) == 1
    assert listing(tmp_path) == before
    assert grader("site", tmp_path / name).exit_code == 2
    assert listing(tmp_path) == before


@pytest.mark.parametrize("name", ["index.html", "gone.html", "new.html"])
def test_file_that_somebody_put_into_a_site_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "site"
    folders.write_site(folder, {"index.html": b"old", "gone.html": b"gone"})
    (folder / name).write_text("mine")
    before = listing(folder)
    with pytest.raises(UsageError, match=f"{name}: expected what `grader site` wrote, found something else"):
        folders.write_site(folder, {"index.html": b"new", "new.html": b"new"})
    assert listing(folder) == before


def test_list_that_names_files_elsewhere_is_not_believed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "site", tmp_path / "outside.txt"
    outside.write_text("mine")
    folder.mkdir()
    digest = hashlib.sha256(b"mine").hexdigest()
    for name in ("../outside.txt", str(outside)):
        (folder / folders.LIST).write_text(json.dumps({name: [digest]}))
        with pytest.raises(UsageError, match="expected no folder, an empty one, or one that `grader site` wrote"):
            folders.write_site(folder, {"index.html": b"new"})
    assert outside.read_text() == "mine"


def test_interrupted_site_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    folders.write_site(folder, {"a.html": b"old", "b.html": b"old"})
    real = folders.write_whole

    def fail(path: Path, content: bytes) -> None:
        if path.name == "b.html":
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(folders, "write_whole", fail)
    with pytest.raises(UsageError, match=r"cannot be written \(No space left on device\)"):
        folders.write_site(folder, {"a.html": b"new", "b.html": b"new"})
    monkeypatch.setattr(folders, "write_whole", real)
    folders.write_site(folder, {"a.html": b"newer", "b.html": b"newer"})
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes() == b"newer"


def luminance(color: str) -> float:
    """Computes the relative luminance of WCAG 2.2."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def palettes() -> Iterator[dict[str, str]]:
    style = (ROOT / "grader/site/templates/style.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL):
        yield dict(re.findall(r"--(\w+): (#\w{6});", block))


def test_colors_have_the_contrast_of_wcag_aa_in_light_and_dark() -> None:
    light, dark = palettes()
    assert light.keys() == dark.keys()
    for colors in (light, dark):
        for name in colors.keys() - {"paper", "raised", "line"}:
            for ground in ("paper", "raised"):
                one, other = sorted((luminance(colors[name]), luminance(colors[ground])))
                assert (other + 0.05) / (one + 0.05) >= 4.5, (name, ground)
    assert luminance(light["paper"]) > luminance(light["ink"])
    assert luminance(dark["paper"]) < luminance(dark["ink"])
