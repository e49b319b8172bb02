"""2,000 invented people from a fixed seed: names, places, addresses on every channel."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

GIVEN = (
    "Agus Ahmad Aisyah Aditya Anisa Andi Arif Asep Ayu Bagus Bayu Bella Bima Cahya Citra Danang "
    "Dedi Desi Devi Dian Dimas Dinda Dwi Eka Eko Elsa Endang Euis Fajar Farhan Fitri Galih Gilang "
    "Gita Hana Hendra Heri Icha Iis Ika Ilham Indah Indra Intan Irfan Iwan Jaka Joko Kartika Kiki "
    "Lestari Lilis Lina Lukman Maya Mega Mira Nadia Nanda Neneng Nia Nina Novi Nur Oki Pandu Prita "
    "Putri Rahma Rangga Ratna Reza Rian Rina Rizky Rudi Salma Santi Satria Siska Siti Sinta Surya "
    "Tari Taufik Teguh Tika Tina Toni Tri Umar Vina Wahyu Wati Wawan Widya Wulan Yanti Yayan Yoga "
    "Yuli Yusuf Zahra Zaki"
).split()
FAMILY = (
    "Abdullah Adiputra Anggraini Ardiansyah Basuki Budiman Cahyono Darmawan Dewantara Effendi "
    "Fauzi Firmansyah Gunawan Hakim Halim Handayani Hapsari Haryanto Hasanah Hermawan Hidayat "
    "Indrawan Irawan Iskandar Kurnia Kurniawan Kusuma Laksana Lubis Maharani Mahendra Mulyani "
    "Nasution Nugraha Nugroho Nurhayati Oktaviani Pangestu Permana Pertiwi Prabowo Pranata "
    "Prasetyo Pratama Purnama Purwanto Putra Rachman Rahayu Ramadhan Ramdani Rosadi Rusdi "
    "Sanjaya Santoso Saputra Sari Setiadi Setiawan Sihombing Simatupang Siregar Sitorus Suherman "
    "Sukma Sulistyo Sumarni Supriadi Suryadi Susanti Susilo Sutrisno Syahputra Tanjung Utama "
    "Wahyuni Wardani Wibowo Wicaksono Widodo Wijaya Winata Wulandari Yulianti Yuliana Zulkarnain"
).split()
CITIES = {
    "Bandung": 44,
    "Cimahi": 14,
    "Jakarta": 14,
    "Bekasi": 8,
    "Bogor": 7,
    "Surabaya": 7,
    "Yogyakarta": 6,
}
OCCUPATIONS = (
    "guru|karyawan swasta|pegawai negeri|ibu rumah tangga|mahasiswa|pedagang|perawat|dokter|"
    "pengemudi|desainer|programmer|petani|pensiunan|wiraswasta|teknisi|akuntan"
).split("|")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented customer. `zeal` (0..1) drives how much they buy and write."""

    number: int
    name: str
    city: str
    language: str
    birthday: date
    occupation: str
    phone: str
    whatsapp: bool
    telegram: str | None
    email: str | None
    member: bool
    zeal: float
    joined: date

    @property
    def joined_at(self) -> datetime:
        """When the person became a customer."""
        return datetime.combine(self.joined, time(2), tzinfo=UTC)


def invent(count: int, today: date, seed: int = 2026) -> list[Person]:
    """The same `count` people for the same seed; dates are relative to `today`."""
    rng = random.Random(seed)  # noqa: S311 - invented people, not secrets
    return [_person(number, rng, today) for number in range(1, count + 1)]


def _person(number: int, rng: random.Random, today: date) -> Person:
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    zeal = rng.betavariate(1.2, 3.0)
    return Person(
        number=number,
        name=name,
        city=rng.choices(tuple(CITIES), tuple(CITIES.values()))[0],
        language="en" if rng.random() < 0.06 else "id",
        birthday=today - timedelta(days=rng.randint(18 * 365, 70 * 365)),
        occupation=rng.choice(OCCUPATIONS),
        phone=f"+62812{number + 100:08d}",
        whatsapp=rng.random() < 0.82,
        telegram=str(700_000_000 + number) if rng.random() < 0.18 else None,
        email=_email(name, number) if rng.random() < 0.45 else None,
        member=rng.random() < 0.45 + zeal / 2,
        zeal=zeal,
        joined=today - timedelta(days=rng.randint(5, 730)),
    )


def _email(name: str, number: int) -> str:
    return f"{name.lower().replace(' ', '.')}{number}@surat.example"
