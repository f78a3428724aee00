import random

import pytest

from kolclf.accounts import read_account
from kolclf.errors import RulesError
from kolclf.rules import CRITERIA, Rules, default_rules, load_rules

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
            r"rule \[bakso\]: side 'koll' is unknown; use one of kol, influencer, neither",
        ),
        ("weight = 5.0", 'weight = "5"', r"rule \[bakso\]: key 'weight' is '5'"),
        ('criterion = "daily_work"', "", r"rule \[bakso\]: lacks the key 'criterion'"),
        ('fields = "bio"', 'fields = "name"', r"fields 'name' must be bio, captions or both"),
        ("any =", "anny = 1\nany =", r"key 'anny' is unknown"),
        ('"juragan bakso"', '"<doktor>"', r"concept <doktor> is not in lexicon.toml"),
        ('any = "juragan bakso"', 'any = " , "', r"'any' holds no word"),
        (', en = "a meatball seller"', "", r"why needs a sentence"),
        ('example = "juragan bakso Malang"', 'example = "pempek"', r"its example 'pempek' does not fire it"),
        (
            'counter_example = "suka bakso"',
            'counter_example = "juragan bakso"',
            r"its counter-example 'juragan bakso' fires it",
        ),
        ("[bakso]", "[bakso", r"cannot be read as a rules file"),
        ("[bakso]", "x = 1\n[bakso]", r"rule \[x\]: is not a table"),
    ],
)
def test_a_wrong_rules_file_says_what_and_where(tmp_path, old, new, message):
    path = tmp_path / "own.toml"
    path.write_text(RULE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError, match=message):
        load_rules(path)


def test_a_missing_rules_file(tmp_path):
    with pytest.raises(RulesError, match="cannot be read as a rules file"):
        load_rules(tmp_path / "none.toml")


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
