#pragma once
#include <sqlite3.h>

// Swift cannot spell SQLITE_TRANSIENT, which is a cast: SQLite copies the bytes before this returns.
static inline int dermgemma_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}
