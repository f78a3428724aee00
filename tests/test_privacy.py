"""200 telephone numbers, addresses, handles, links and names, planted in many spellings, never come out again."""

import csv
import io
import json
import random
import re
import unicodedata

import numpy as np
import pytest

from kolclf.placeholders import hide_personal
from kolclf.text import _with_digits
from kolclf.tokens import tokenize

N = 200
SYLLABLES = ["zarq", "wex", "vlumb", "qodw", "jyxo", "kluv", "pyzz", "drax", "vorq", "fyxu"]


def fullwidth(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def bold(text):
    return "".join(
        chr(0x1D5EE + ord(c) - 97) if "a" <= c <= "z" else chr(0x1D7EC + int(c)) if c.isdigit() else c for c in text
    )


# Of a number "8120000NNNN", an address "word at word", a handle of two words, a link to two words: how people write them.
SPELLINGS = {
    "phone": [
        lambda n: f"+62 {n[:3]}-{n[3:7]}-{n[7:]}",
        lambda n: f"0{n[:3]}.{n[3:7]}.{n[7:]}",
        lambda n: f"62{n}",
        lambda n: f"0{n}",
        lambda n: f"(0{n[:3]}) {n[3:7]} {n[7:]}",
        lambda n: f"+62({n[:3]}){n[3:]}",
        lambda n: " ".join("0" + n),
        lambda n: "-".join("0" + n),
        lambda n: fullwidth("0" + n),
        lambda n: bold(f"0{n[:3]} {n[3:]}"),
        lambda n: f"wa.me/62{n}",
        lambda n: f"https://wa.me/62{n}?text=halo",
        lambda n: f"api.whatsapp.com/send?phone=62{n}",
        lambda n: f"WA:0{n[:3]}_{n[3:7]}_{n[7:]}",
        lambda n: f"tel:+62{n}",
        lambda n: f"WA :0{n[:3]} {n[3:7]} {n[7:]}",
        lambda n: f"telegram :0{n[:3]} {n[3:7]} {n[7:]}",
        lambda n: f"0{n[:3]}\u200b{n[3:7]}\u200b{n[7:]}",
        lambda n: f"0{n[:3]}\u2013{n[3:7]}\u2013{n[7:]}",
        lambda n: f"0{n[:3]}/{n[3:7]}/{n[7:]}",
        lambda n: f"O{n.replace('0', 'O')}",
        lambda n: "".join(chr(0x660 + int(digit)) for digit in "0" + n),
        lambda n: "".join(f"{digit}\ufe0f\u20e3" for digit in "0" + n),
    ],
    "email": [
        lambda a, b: f"{a}@example.com",
        lambda a, b: f"{a}.{b}@example.com",
        lambda a, b: f"{a}_{b}+x@sub.example.co.id",
        lambda a, b: f"{a} [at] {b} [dot] com",
        lambda a, b: f"{a}(at){b}(dot)com",
        lambda a, b: f"{a} at {b} dot com",
        lambda a, b: f"{a}  at  {b}  dot  com",
        lambda a, b: f"{a} at {b} dot\x01\x02com",
        lambda a, b: f"{a}\u00a0\u00a0at\u00a0\u00a0{b} dot com",
        lambda a, b: f"{a.upper()} AT {b.upper()} DOT COM",
        lambda a, b: f"{a}{{at}}{b}{{dot}}com",
        lambda a, b: f"{a}[@]{b}[.]com",
        lambda a, b: f"{a}-at-{b}-dot-com",
        lambda a, b: f"{a}\uff20{b}\uff0ecom",
        lambda a, b: fullwidth(f"{a}@{b}.com"),
        lambda a, b: f"{bold(a)}@{bold(b)}.com",
        lambda a, b: f"mailto:{a}@{b}.com",
        lambda a, b: f"{a}&#64;{b}.com",
        lambda a, b: f"{a}%40{b}.com",
        lambda a, b: f"{a}\u200b@{b}.com",
        lambda a, b: f"{a}@gmail",
        lambda a, b: f"{a} @ gmail.com",
        lambda a, b: f"{a} ( at ) {b}.co.id",
        lambda a, b: f"<{a}@{b}.com>",
        lambda a, b: f"{a}&{b}@example.com",
    ],
    "handle": [
        lambda a, b: f"@{a}_fiksi",
        lambda a, b: f"@{a}.{b}_fiksi",
        lambda a, b: f"@ {a}{b}",
        lambda a, b: f"(@ {a}{b})",
        lambda a, b: f"( at ) {a}{b}",
        lambda a, b: f"ig [ at ] {a}{b}",
        lambda a, b: f"ikuti( at ){a}{b}",
        lambda a, b: f"@{a}{b}",
        lambda a, b: f"@{a}-{b}",
        lambda a, b: f"IG: {a}.{b}",
        lambda a, b: f"ig:{a}_{b}",
        lambda a, b: f"IG : {a}.{b}",
        lambda a, b: f"IG :{a}.{b}1",
        lambda a, b: f"Tik Tok : {a}.{b}",
        lambda a, b: f"tik tok :{a}.{b}1",
        lambda a, b: f"Instagram = {a}.{b}",
        lambda a, b: f"tiktok: {a}{b}1",
        lambda a, b: f"username: {a}.{b}",
        lambda a, b: f"{a}_{b}_fiksi",
        lambda a, b: f"_{a}{b}_",
        lambda a, b: f"ikuti@{a}{b}",
        lambda a, b: f"\uff20{a}{b}",
        lambda a, b: f"@{bold(a)}{bold(b)}",
        lambda a, b: f"@{a}\u200b{b}",
        lambda a, b: f"(at){a}{b}",
        lambda a, b: f"youtube.com/@{a}{b}",
        lambda a, b: f"t.me/{a}{b}",
    ],
    "link": [
        lambda a, b: f"https://{a}{b}.example.com/x",
        lambda a, b: f"hxxps://{a}.{b}.com",
        lambda a, b: f"www.{a}{b}.com.",
        lambda a, b: f"{a}{b}.com",
        lambda a, b: f"{a}.{b}.co.id.",
        lambda a, b: f"linktr.ee/{a}{b}",
        lambda a, b: f"LINKTR.EE/{a}.{b}",
        lambda a, b: f"bit.ly/{a}-{b}",
        lambda a, b: f"s.id/{a}{b}",
        lambda a, b: f"S.ID/{a}{b}",
        lambda a, b: f"tinyurl.com/{a}/{b}",
        lambda a, b: f"lynk.id/{a}_{b}",
        lambda a, b: f"shope.ee/{a}{b}",
        lambda a, b: f"{a}{b}[.]com",
        lambda a, b: f"{a}{b}(dot)com",
        lambda a, b: f"{a}{b} dot com",
        lambda a, b: f"bit(dot)ly/{a}{b}",
        lambda a, b: fullwidth(f"{a}{b}.com/x"),
        lambda a, b: f"{a}{b}.my.id",
    ],
}
AROUND = [
    "{}",
    "kontak {}",
    "hubungi {} ya",
    "Bogor | {} | order",
    "\U0001f4e9 {}",
    "info: {}",
    "{}.",
    "{}!",
    "{}, oke",
    "{}\nhalo",
]
LABELS = {"kol": "dokter anak, praktik RSUD", "influencer": "content creator, open endorse"}


def words_of(number):
    """Two words that no language has, the same for the same number."""
    chosen = random.Random(number)
    return [
        "".join(chosen.sample(SYLLABLES, 2)) + "qx"[i] + chr(97 + number % 26) + chr(97 + number // 26 % 26)
        for i in (0, 1)
    ]


@pytest.fixture(scope="module")
def planted():
    """Accounts that hold each value three times or more, and what must not be found again."""
    chosen, rows, secrets = random.Random(0), [], set()
    for number in range(N):
        values = {"phone": [f"8{12 + number % 30}0000{4000 + number}"]} | {
            kind: words_of(1000 * i + number) for i, kind in enumerate(("email", "handle", "link"), 1)
        }
        name = " ".join(words_of(4000 + number)).title()
        secrets |= {part.lower() for parts in values.values() for part in parts} | set(name.lower().split())
        for copy in range(3):
            spelled = [
                chosen.choice(AROUND).format(chosen.choice(SPELLINGS[kind])(*parts)) for kind, parts in values.items()
            ]
            label = chosen.choice(list(LABELS))
            titles = chosen.choice([name, f"dr. {name}, Sp.A", f"Toko {name}", f"{name} | Official"])
            bio = f"{LABELS[label]} | {spelled[0]} | {spelled[1]}"
            rows.append(
                [
                    f"@{''.join(values['handle'])}{copy}_fiksi",
                    titles,
                    bio,
                    f"{spelled[2]}\n{spelled[3]}",
                    label,
                    f"{number}-{copy}",
                ]
            )
    return rows, secrets


def leaks(content, secrets):
    """What of the secrets stands in some bytes, however they are written and whatever stands between their signs."""
    found = set()
    for text in (content.decode("utf-8", "ignore"), content.decode("utf-16-le", "ignore")):
        text = unicodedata.normalize("NFKC", text).lower()
        joined = re.sub(r"[^a-z0-9]", "", text)
        parts = set(re.findall(r"[a-z]{6,}", text))
        found |= {secret for secret in secrets if secret in joined or any(part in secret for part in parts)}
    return found


def spelled(kind):
    """Every spelling of a value, in every place where one may stand."""
    values = ["81200004417"] if kind == "phone" else ["zarqodwin", "vexlumba"]
    return [around.format(spelling(*values)) for spelling in SPELLINGS[kind] for around in AROUND]


@pytest.mark.parametrize("kind", SPELLINGS)
def test_no_spelling_is_read(kind):
    read = {text: [token for token in tokenize(text) if re.search(r"zarq|lumb|\d{2}", token)] for text in spelled(kind)}
    assert {text: left for text, left in read.items() if left} == {}


@pytest.mark.parametrize("kind", SPELLINGS)
def test_no_spelling_is_shown_to_others(kind):
    shown = {text: hide_personal(text) for text in spelled(kind)}
    assert {text: left for text, left in shown.items() if re.search(r"zarq|lumb|4417|\U0001d607", left, re.I)} == {}


@pytest.fixture(scope="module")
def trained(planted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rahasia")
    with (folder / "akun.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["username", "nama", "bio", "captions", "label", "no"], *planted[0]])
    return folder


def test_nothing_personal_is_kept_said_or_shown(run, planted, trained):
    rows, secrets = planted
    table, model = trained / "akun.csv", trained / "model.npz"
    said = []

    def kolclf(*arguments, code=0):
        result = run(*arguments)
        assert result.exit_code == code, result.stderr
        said.append(result.stdout + result.stderr)

    kolclf("train", table, "-o", model)
    kolclf("weights", "--model", model, "--top", 5000)
    kolclf("weights", "--model", model, "--csv")
    for chosen in (["--model", model], ["--no-model"], ["--model", model, "--explain"]):
        kolclf("predict", table, "-o", trained / "jawaban.csv", *chosen)
        with (trained / "jawaban.csv").open(encoding="utf-8", newline="") as file:
            said += [cell for row in csv.reader(file) for cell in row[6:]]
    for line in run("explain", table, "--model", model, "--json").stdout.splitlines():
        why = json.loads(line)  # it shows the texts of the account that was asked for, and what of its name is not read
        del why["texts"]
        why["ignored"] = [word for word in why["ignored"] if word["why"] != "name"]
        said.append(json.dumps(why, ensure_ascii=False))
    kolclf("export", model, "--to", trained / "pipa.joblib")
    wrong = trained / "terbalik.csv"  # all of it is mistakes, which a report shows
    other = {"kol": "influencer", "influencer": "kol"}
    with wrong.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["username", "nama", "bio", "captions", "label"], *([*row[:4], other[row[4]]] for row in rows)]
        )
    kolclf("evaluate", wrong, "--model", model, "--report", trained / "laporan.html")
    kolclf("evaluate", wrong, "--no-model", "--json")
    kolclf("check", wrong, "--json")
    for form in ([], ["--json"], ["--csv"]):
        kolclf("check", table, "--top", 1000, *form)
    said.append((trained / "laporan.html").read_text(encoding="utf-8"))
    assert len(leaks(table.read_bytes(), secrets)) > 0.9 * len(secrets)  # so they would be found
    assert leaks("\n".join(said).encode(), secrets) == set()

    with np.load(model) as file:
        kept = {name: file[name] for name in file.files}
    assert {name for name, array in kept.items() if leaks(array.tobytes(), secrets)} == set()
    tokens = {
        token for name in kept if name.startswith("vocabulary") for token in kept[name].tobytes().decode().split()
    }
    assert {token for token in tokens if any(map(str.isdigit, token))} <= _with_digits()
    assert leaks((trained / "pipa.joblib").read_bytes(), secrets) == set()
    assert {path.name for path in trained.iterdir()} == {
        "akun.csv",
        "model.npz",
        "jawaban.csv",
        "pipa.joblib",
        "laporan.html",
        "terbalik.csv",
    }


def test_no_error_repeats_what_is_personal(run, planted, trained):
    rows, secrets = planted
    table, said = trained / "akun.csv", []
    written = table.read_text(encoding="utf-8")
    damaged = {
        "tanpa-judul.csv": written.split("\n", 1)[1],
        "satu-label.csv": written.replace(",influencer,", ",kol,"),
        "tanpa-label.csv": written.replace(",influencer,", ",,"),
        "sel-lebih.csv": written.replace(",kol,", ",kol,x,y,", 20),
        "kutip.csv": written.replace('"', "", 41),
        "dua-label.csv": written + "\n".join(line.replace(",kol,", ",influencer,") for line in written.split("\n")[1:]),
        "rusak.jsonl": '{"bio": "' + rows[0][2] + "\n",
        "salah.parquet": written,
        "salah.xlsx": written,
        "salah.npz": written,
        "salah.toml": written,
    }
    for name, content in damaged.items():
        (trained / name).write_text(content, encoding="utf-8")
    handle = rows[0][0]
    attempts = [
        *(["predict", trained / name] for name in damaged if name.endswith(("csv", "jsonl", "parquet", "xlsx"))),
        *(["train", trained / name, "-o", trained / "x.npz"] for name in damaged if name.endswith(("csv", "jsonl"))),
        ["predict", table, "--model", trained / "salah.npz"],
        ["predict", table, "--rules", trained / "salah.toml"],
        ["train", table, "-o", trained / "x.npz", "--label-column", "username"],
        ["train", table, "-o", trained / "x.npz", "--label-column", "no"],
        ["train", table, "-o", trained / "x.npz", "--where", f"username={handle}?"],
        ["explain", table, "--id", f"{handle}?"],
    ]
    for attempt in attempts:
        result = run(*attempt)
        said.append(result.stderr)
        assert result.exit_code in (0, 1) and "Traceback" not in result.stderr
    assert leaks("\n".join(said).encode(), secrets) == set()
    assert sum("Error: " in text for text in said) >= 14


def test_only_what_two_accounts_say_is_kept(run, tmp_path):
    rows = [
        [f"{said} | kata{'bcdfghjlmpqr'[i]}{label[0]} | {'sahabat' if i < 2 else ''}", label]
        for label, said in LABELS.items()
        for i in range(12)
    ]
    path = tmp_path / "akun.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["bio", "label"], *rows])
    seen = {}
    for least in (1, 2, 5):
        assert run("train", path, "-o", tmp_path / "m.npz", "--min-df", least, "--force").exit_code == 0
        result = run("weights", "--model", tmp_path / "m.npz", "--csv")
        seen[least] = {row["feature"] for row in csv.DictReader(io.StringIO(result.stdout))}
    assert [sum(feature.startswith("kata") for feature in of) for of in seen.values()] == [24, 0, 0]
    assert ["sahabat" in of for of in seen.values()] == [True, True, False]
