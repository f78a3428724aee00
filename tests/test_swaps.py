"""Who a person is and where she lives must not matter: names, towns, words of gender and of religion are swapped."""

import random
import re

import numpy as np
import pytest
from profiles import read_profiles, sides

from kolclf.accounts import read_accounts
from kolclf.predictor import Predictor, default_model

N = 200
# each word stands for its counterpart, both ways
GENDER = """ibu=bapak bunda=ayah mama=papa mami=papi mom=dad mommy=daddy mother=father wife=husband istri=suami
cewek=cowok wanita=pria perempuan=laki-laki girl=boy woman=man girls=boys mbak=mas teteh=aa kakak=abang sister=brother
daughter=son she=he her=his emak=babe bibi=paman tante=om nenek=kakek oma=opa ustadzah=ustadz aktris=aktor
muslimah=muslim siswi=siswa mahasiswi=mahasiswa biksuni=biksu bundanya=ayahnya istrinya=suaminya ibunya=bapaknya"""
RELIGION = """alhamdulillah=haleluya masjid=gereja islam=kristen ramadan=natal ramadhan=paskah lebaran=natalan muslim=kristiani
salat=misa shalat=kebaktian sholat=sembahyang subuh=fajar maghrib=senja insyaallah=semoga quran=alkitab allah=tuhan
masyaallah=puji bismillah=syalom hijab=kerudung ustadz=pendeta ayat=mazmur umrah=ziarah umroh=retret ngaji=sermon"""
TOWNS = """
Jakarta Bandung Surabaya Medan Makassar Semarang Denpasar Palembang Manado Padang Pontianak Ambon Jayapura Kupang Malang
Bogor Mataram Banjarmasin Samarinda Pekanbaru Kendari Gorontalo Ternate Sorong Jambi Bengkulu Solo Cirebon Garut Jember"""
NAMES = """
Rina Dewi Sari Putri Ayu Budi Agus Wayan Made Kadek Ketut Ujang Asep Siti Nurul Maria Yohana Grace Ratna Fitri Intan Rizky
Fajar Dimas Bayu Hendra Yusuf Daniel Markus Yance Togar Ucok Butet Daeng Andi Cut Teuku Nyoman Komang Melati Laras Wulan"""


def pairs(words):
    """Both ways round."""
    found = dict(pair.split("=") for pair in words.split())
    return {other: word for word, other in found.items()} | found


def turned(words):
    """Each word stands for the next one."""
    listed = words.lower().split()
    return dict(zip(listed, listed[1:] + listed[:1], strict=True))


SWAPS = {
    "names": turned(NAMES),
    "towns": turned(TOWNS),
    "gender": pairs(GENDER),
    "religion": pairs(RELIGION),
}
SWAPS["all"] = {word: other for swap in SWAPS.values() for word, other in swap.items()}


def swapped(text, swap):
    """Swap whole words, in the letter case that they have."""

    def other(match):
        word = match[0]
        found = swap.get(word.lower())
        if found is None:
            return word
        return found.upper() if word.isupper() else found.capitalize() if word[0].isupper() else found

    return re.sub(r"[A-Za-z]+(?:-[a-z]+)?", other, text)


@pytest.fixture(scope="module")
def rows():
    rows = sides(read_profiles())
    random.Random(0).shuffle(rows)
    return sorted(rows, key=lambda row: row["split"])  # those held out first


def texts(row):
    return [row["name"], row["bio"], "\n".join(row["captions"])]


@pytest.mark.parametrize("kind", SWAPS)
def test_who_and_where_does_not_matter(kind, rows):
    # of a display name only titles are read, so a row counts where bio or captions change
    touched = [row for row in rows if any(swapped(text, SWAPS[kind]) != text for text in texts(row)[1:])][:N]
    assert len(touched) >= 60
    predictor = Predictor(default_model())
    written = list(zip(*map(texts, touched), strict=True))
    before = predictor.answers(read_accounts(*written))
    after = predictor.answers(read_accounts(*([swapped(text, SWAPS[kind]) for text in part] for part in written)))
    p = np.array(
        [[0.5 if a.decision.p_kol is None else a.decision.p_kol for a in answers] for answers in (before, after)]
    )
    assert np.median(np.abs(p[0] - p[1])) < 0.05
    assert np.quantile(np.abs(p[0] - p[1]), 0.95) < 0.1
    flipped = [one.decision.guess != other.decision.guess for one, other in zip(before, after, strict=True)]
    changed = [one.decision.label != other.decision.label for one, other in zip(before, after, strict=True)]
    assert np.mean(flipped) < 0.02 and np.mean(changed) < 0.05
