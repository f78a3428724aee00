import random
import time

import pytest

from kolclf.accounts import read_account, read_accounts
from kolclf.errors import RulesError
from kolclf.rules import CRITERIA, SIDES, Rules, default_rules, load_rules
from kolclf.rulesfile import shown

RULE = """
[bakso]
side = "kol"
weight = 5.0
criterion = "daily_work"
fields = "bio"
any = "juragan bakso"
why = { id = "juragan bakso", en = "a meatball seller" }
example = "juragan bakso Malang"
counter_example = "suka bakso"
"""


@pytest.mark.parametrize("rule", default_rules().rules, ids=lambda rule: rule.id)
def test_rule_holds_on_its_examples(rule):
    Rules({rule.id: package_rule(rule.id)}).check_examples()
    assert set(rule.why) == {"id", "en"}


def package_rule(name):
    from kolclf.rules import _package_rules

    return _package_rules()[name]


def test_there_are_enough_rules_for_all_sides_and_criteria():
    rules = default_rules().rules
    assert len(rules) >= 60
    assert {rule.criterion for rule in rules} == set(CRITERIA)
    assert {rule.side for rule in rules} == {"kol", "influencer", "neither"}
    assert any(rule.promotes for rule in rules)


def test_a_hit_says_where_in_its_text_it_stands():
    accounts = read_accounts(["", ""], ["kopi susu", "suka kopi, bidan desa"], ["", ""])
    assert [(hit.rule.id, hit.start) for hit in default_rules().judge(accounts)[1].hits] == [("nursing", 3)]


def test_the_rules_of_the_package_are_read_once():
    assert default_rules() is default_rules()


def test_the_order_of_rules_never_matters():
    bodies = {rule.id: package_rule(rule.id) for rule in default_rules().rules}
    shuffled = list(bodies.items())
    random.Random(0).shuffle(shuffled)
    account = read_account("drg. Tio, Sp.Ort", "klinik gigi | endorse DM | BA @x_fiksi", "spill keranjang kuning bun")
    [verdict], [other] = default_rules().judge(account), Rules(dict(shuffled)).judge(account)
    assert (other.log_odds, other.neither, other.promotes) == (verdict.log_odds, verdict.neither, verdict.promotes)
    assert sorted(hit.rule.id for hit in other.hits) == sorted(hit.rule.id for hit in verdict.hits)


@pytest.mark.parametrize(
    ("bio", "side"),
    [
        ("Dokter anak | RS Mitra", "kol"),
        ("Dokter yang suka endorse, open collab | BA serum", "kol"),
        ("istri dokter, daily vlog", "influencer"),
        ("calon dokter, konten belajar", "influencer"),
        ("mantan perawat, sekarang content creator", "influencer"),
        ("pakar rebahan, konten receh", "influencer"),
        ("nano KOL, rate card DM", "influencer"),
        ("skincare enthusiast, review jujur", "influencer"),
        ("pemilik bengkel, sejak 1998", "kol"),
        ("Owner @toko_fiksi, endorse DM, content creator", "influencer"),
    ],
)
def test_hard_cases_of_the_guide(bio, side):
    assert (default_rules().judge(read_account(bio=bio))[0].log_odds > 0) == (side == "kol")


@pytest.mark.parametrize(
    ("name", "bio"),
    [
        ("Toko Sari", "Official store, order via WA"),
        ("Warta Cirebon", "Portal berita, kirim info DM"),
        ("", "Komunitas sepeda lipat, open member"),
        ("", "Fanbase Rina, bukan akun resmi"),
        ("Klinik Gigi Asri", "booking WA, buka setiap hari"),
    ],
)
def test_accounts_that_are_no_person(name, bio):
    assert default_rules().judge(read_account(name, bio))[0].neither >= 2.0


@pytest.mark.parametrize(
    "bio",
    ["Portal berita, kirim info DM", "Bidan desa, bidan kota, endorse DM, endorse produk", "Bidan desa", "kopi susu"],
)
def test_a_verdict_is_the_sum_of_its_rules_each_counted_once(bio):
    [verdict] = default_rules().judge(read_account(bio=bio))
    assert len({hit.rule.id for hit in verdict.hits}) == len(verdict.hits)
    weights = {side: sum(hit.rule.weight for hit in verdict.hits if hit.rule.side == side) for side in SIDES}
    assert verdict.log_odds == pytest.approx(weights["kol"] - weights["influencer"])
    assert verdict.neither == weights["neither"]
    assert verdict.promotes == any(hit.rule.promotes for hit in verdict.hits)


@pytest.mark.parametrize(
    "bio", ["endorse DM", "open PP", "kode diskon RINA10", "BA @serum_fiksi", "business inquiries", "rate card"]
)
def test_promotion_shows(bio):
    assert default_rules().judge(read_account(bio=bio))[0].promotes


def test_own_rules_are_added_replace_by_id_and_silence_by_weight_0(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(RULE + RULE.replace("[bakso]", "[ownership]").replace("5.0", "0.0"), encoding="utf-8")
    rules = load_rules(path)
    theirs = {rule.id: rule.weight for rule in rules.rules}
    assert theirs["bakso"] == 5.0 and theirs["ownership"] == 0.0
    assert len(rules.rules) == len(default_rules().rules) + 1
    before = default_rules().judge(read_account(bio="juragan bakso"))[0].log_odds
    ownership = next(rule.weight for rule in default_rules().rules if rule.id == "ownership")
    assert rules.judge(read_account(bio="juragan bakso"))[0].log_odds == pytest.approx(before - ownership + 5.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'side = "kol"',
            'side = "koll"',
            r"line 3: rule \[bakso\]: side 'koll' is unknown; use one of kol, influencer, neither",
        ),
        ("weight = 5.0", 'weight = "5"', r"line 4: rule \[bakso\]: key 'weight' must be a number, not text"),
        ("weight = 5.0", "weight = true", r"line 4: rule \[bakso\]: key 'weight' must be a number, not true or false"),
        ("weight = 5.0", "weight = nan", r"line 4: rule \[bakso\]: weight must be from 0 to 100"),
        ("weight = 5.0", "weight = -0.1", r"line 4: rule \[bakso\]: weight must be from 0 to 100"),
        ("weight = 5.0", f"weight = 0x{'f' * 9_000}", r"line 4: rule \[bakso\]: weight must be from 0 to 100"),
        ("weight = 5.0", "weight = 2020-01-01", r"line 4: .*'weight' must be a number, not a list or a date"),
        ('criterion = "daily_work"', "", r"line 2: rule \[bakso\]: lacks the key 'criterion'"),
        ('criterion = "daily_work"', 'criterion = "x"', r"line 5: rule \[bakso\]: criterion 'x' is unknown"),
        ('fields = "bio"', 'fields = "name"', r"line 6: .*fields 'name' must be bio, captions or both"),
        ('fields = "bio"', 'fields = ""', r"line 6: .*fields '' must be bio, captions or both"),
        ("any =", "anny = 1\nany =", r"line 7: rule \[bakso\]: key 'anny' is unknown"),
        ("any =", '"a\\u001b[31m" = 1\nany =', r"key 'a\\x1b\[31m' is unknown"),
        ("any =", "promotes = 1\nany =", r"line 7: .*'promotes' must be true or false, not a number"),
        ("any =", "with = 1\nany =", r"line 7: .*'with' must be text, not a number"),
        ('"juragan bakso"', '"<doktor>"', r"line 7: .*concept <doktor> is not in lexicon.toml"),
        ('any = "juragan bakso"', 'any = " , "', r"line 7: .*'any' holds no word"),
        ('"juragan bakso"', f'"{"bakso kuah " * 6}"', r"line 7: .*longer than 10 words; part it by commas"),
        (', en = "a meatball seller"', "", r"line 8: .*why needs a sentence in 'id' and one in 'en'"),
        ('"a meatball seller"', '" "', r"line 8: .*why needs a sentence"),
        ('"a meatball seller"', "1", r"line 8: .*why needs a sentence"),
        ("why = {", 'why = { fr = "x",', r"line 8: .*and nothing else"),
        ('"a meatball seller"', '"a\\u001b[31m seller"', r"line 8: .*a character that cannot be shown"),
        ('example = "juragan bakso Malang"', 'example = "pempek"', r"line 9: .*its example 'pempek' does not fire it"),
        (
            'counter_example = "suka bakso"',
            'counter_example = "juragan bakso"',
            r"line 10: rule \[bakso\]: its counter-example 'juragan bakso' fires it",
        ),
        ("[bakso]", "[bakso", r"cannot be read as a rules file .*at line 2"),
        ("[bakso]", "x = 1\n[bakso]", r"line 2: rule \[x\]: is not a table"),
        ("[bakso]", '["bak so"]\nx = 1', r"line 3: rule \[bak so\]: key 'x' is unknown"),
        ("[bakso]", '["bak\\u202eso"]', r"rule \[bak\\u202eso\]: its id holds a character that cannot be shown"),
        ("[bakso]", "[[bakso]]", r"rule \[bakso\]: is not a table"),
        ("[bakso]", f"x = {'[' * 5_000}", r"it is nested too deep"),
        ("[bakso]", f"x = {'1' * 5_000}", r"cannot be read as a rules file"),
        ("[bakso]", f"x = {{ {'a.' * 1_001}a = 1 }}", r"line 2: holds more than 1,000 dots"),
        ("[bakso]", f"# {'x' * 1_000_000}", r"is larger than 1,000,000 bytes"),
        ("[bakso]", "[bakso]\n\0", r"cannot be read as a rules file"),
    ],
)
def test_a_wrong_rules_file_says_what_and_where(tmp_path, old, new, message):
    path = tmp_path / "own.toml"
    path.write_text(RULE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError, match=message) as error:
        load_rules(path)
    assert str(error.value).startswith(str(path)) and str(error.value).isprintable()
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_is_that_of_the_rule_meant(tmp_path, end):
    path = tmp_path / "own.toml"
    second = RULE.replace("[bakso]", "[ 'soto' ]").replace('side = "kol"', 'side = "kool"')
    path.write_bytes((RULE + second).replace("\n", end).encode())
    with pytest.raises(RulesError, match=r"own.toml, line 13: rule \[soto\]: side 'kool'"):
        load_rules(path)


def test_the_line_of_a_rule_is_not_sought_in_the_next(tmp_path):
    path = tmp_path / "own.toml"
    lines = RULE.strip().splitlines()
    first = [line for line in lines if not line.startswith("why")]
    path.write_text(
        "\n".join([*first, "[bakso.why]", 'id = " "', 'en = "a"', *lines])
        .replace("[bakso]", "[soto]", 1)
        .replace("[bakso.", "[soto.")
    )
    with pytest.raises(RulesError, match=r"own.toml, line 1: rule \[soto\]: why needs a sentence"):
        load_rules(path)


def test_a_rules_file_as_large_as_it_may_be(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(f"{RULE}# ".ljust(1_000_000, "x"), encoding="utf-8")
    assert len(load_rules(path).rules) == len(default_rules().rules) + 1
    path.write_text(f"{RULE}# ".ljust(1_000_001, "x"), encoding="utf-8")
    with pytest.raises(RulesError, match="larger than 1,000,000 bytes"):
        load_rules(path)


@pytest.mark.parametrize("weight", ["0", "100"])
def test_the_least_and_the_greatest_weight(tmp_path, weight):
    path = tmp_path / "own.toml"
    path.write_text(RULE.replace("5.0", weight), encoding="utf-8")
    assert load_rules(path).rules[-1].weight == float(weight)
    path.write_text(RULE.replace("5.0", f"{weight}.01" if weight == "100" else "-0.01"), encoding="utf-8")
    with pytest.raises(RulesError, match="weight must be from 0 to 100"):
        load_rules(path)


def test_a_phrase_may_have_ten_words(tmp_path):
    path = tmp_path / "own.toml"
    ten = "juragan bakso kuah pedas khas malang enak sekali dan murah"
    path.write_text(RULE.replace("juragan bakso", ten), encoding="utf-8")
    assert ten in load_rules(path).rules[-1].any


def test_a_rule_may_be_written_as_an_inline_table(tmp_path):
    path = tmp_path / "own.toml"
    keys = [line for line in RULE.strip().splitlines()[1:] if not line.startswith("weight")]
    path.write_text(f"bakso = {{ {', '.join(keys)} }}\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"own.toml, line 1: rule \[bakso\]: lacks the key 'weight'"):
        load_rules(path)


def test_rules_given_in_python_are_checked_too():
    with pytest.raises(RulesError, match=r"^rules: rule \[x\]: is not a table"):
        Rules({"x": []})


def test_a_message_quotes_forty_characters():
    assert shown("b" * 43) == "b" * 43
    assert shown("b" * 44) == f"{'b' * 40}..."


def test_many_rules_take_no_long_time(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("".join(RULE.replace("[bakso]", f"[bakso{i}]") for i in range(1_000)), encoding="utf-8")
    started = time.process_time()
    assert len(load_rules(path).rules) == 1_000 + len(default_rules().rules)
    assert time.process_time() - started < 10


def test_a_missing_rules_file(tmp_path):
    with pytest.raises(RulesError, match=r"none.toml: cannot be read as a rules file \(No such file or directory\)"):
        load_rules(tmp_path / "none.toml")


def test_a_rules_file_that_is_not_text(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe[\x00")
    with pytest.raises(RulesError, match=r"own.toml: cannot be read as a rules file \('utf-8' codec"):
        load_rules(path)


ORDINARY = """Imam Santoso | ayah dua anak
nemenin abu jalan pagi, langit abu abu
gus dur fans, santri biasa
infeksi paru sembuh
i run every morning
i run 5k on sundays
running a fever today
i started journaling
founded in 1998
brand sendiri atau import?
pivot hidup di umur 30
skipper this song
komisi i kelas
suka makan tempe goreng
award malam ini habis nonton pon
band kesukaan Sheila on 7
teller of stories, cat mom
hair do hari ini"""


@pytest.mark.parametrize("text", ORDINARY.splitlines())
def test_everyday_words_are_no_profession(text):
    verdict = default_rules().judge(read_account(bio=text))[0]
    assert [hit.rule.id for hit in verdict.hits if hit.rule.side == "kol" and hit.rule.weight > 1] == []
