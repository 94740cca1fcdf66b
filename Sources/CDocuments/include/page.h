// The files of the page, by number.
#include <stddef.h>

size_t dermgemma_page_count(void);

/// A file's address below the page's, which begins with a slash. `index` is below the count.
const char *dermgemma_page_path(size_t index);

/// A file's text, and its length in bytes.
const unsigned char *dermgemma_page_text(size_t index, size_t *count);
