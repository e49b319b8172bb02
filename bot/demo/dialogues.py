"""Short invented conversations: what customers wrote and what they were answered."""

DIALOGUES: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "id": (
        (
            ("halo min", "Halo Kak! Ada yang bisa Sinar bantu?"),
            ("toko bandung buka jam berapa ya", "Sinar Dago buka Senin-Sabtu 09.00-21.00, Kak."),
            ("oke makasih", "Sama-sama, Kak!"),
        ),
        (
            ("AC 1 PK masih ada?", "Masih, Kak: AC Sepoi 1 PK inverter Rp 4.299.000, stok 12."),
            (
                "bisa cicil?",
                "Bisa, cicilan 0 % 3, 6 atau 12 bulan untuk belanja mulai Rp 1.000.000.",
            ),
        ),
        (
            ("pesanan saya sudah sampai mana", "Boleh sebutkan nomor pesanannya, Kak?"),
            ("ada di meja, nanti saya kabari", "Siap, Kak. Kami tunggu."),
        ),
        (
            ("brp poin gw", "Poin Kakak ada di kartu; kami kirim rinciannya ya."),
            (
                "bisa ditukar apa aja",
                "Voucher Rp 25.000 mulai 250 poin, cuci AC 600 poin, dan lainnya.",
            ),
        ),
        (
            ("garansi kulkas berapa lama", "Garansi kulkas 2 tahun, kompresor 5 tahun, Kak."),
            ("kalau servis dipanggil ke rumah?", "Ya, teknisi datang ke rumah untuk barang besar."),
            ("mantap", "Senang bisa bantu, Kak!"),
        ),
        (("ongkir ke cimahi brp", "Gratis ongkir untuk belanja mulai Rp 500.000, Kak."),),
        (
            (
                "ada promo apa bulan ini",
                "Diskon sampai 20 % untuk AC dan kulkas hemat listrik, Kak.",
            ),
            ("poin double masih ada?", "Masih, setiap hari Rabu untuk anggota Kartu VIP."),
        ),
    ),
    "en": (
        (
            ("hi, are you open on Sunday?", "Yes: Sinar Dago is open on Sundays 10.00-20.00."),
            ("thanks", "You're welcome!"),
        ),
        (
            ("do you ship to Bogor", "We do; delivery is free from Rp 500,000."),
            ("how long does it take", "1-2 working days, 2-4 for large items."),
        ),
        (
            (
                "can I return a headset",
                "Within 7 days with the receipt; opened ones only when faulty.",
            ),
        ),
    ),
}

COMPLAINTS: tuple[tuple[str, str, str, str], ...] = (
    # category, product, description, wish
    ("rusak", "kulkas", "Kulkas tidak dingin sejak kemarin", "perbaikan"),
    ("rusak", "mesin cuci", "Mesin cuci bunyi keras saat memeras", "perbaikan"),
    ("pengiriman", "tv", "TV datang terlambat empat hari", "penjelasan"),
    ("pengiriman", "rice cooker", "Kardus penyok saat diterima", "tukar"),
    ("pelayanan", "", "Menunggu kasir terlalu lama", "penjelasan"),
    ("tagihan", "laptop", "Terbayar dua kali lewat kartu", "uang kembali"),
    ("rusak", "ac", "AC menetes ke dalam kamar", "perbaikan"),
    ("rusak", "hp", "Baterai cepat habis setelah dua minggu", "tukar"),
    ("poin", "", "Poin belanja kemarin belum masuk", "perbaikan"),
)
