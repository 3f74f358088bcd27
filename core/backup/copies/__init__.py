"""How each part is copied, checked and brought back: files, log, database; and the manifest over all of them."""
