"""Finding listings: words and sizes in Chinese, pinyin and English, over an embedded engine or Meilisearch."""
