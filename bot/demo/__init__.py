"""The demo company Toko Sinar: invented people, numbers and addresses, from a fixed seed."""
