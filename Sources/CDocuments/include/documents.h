// Documents of other modules, as bytes in the program.
#include <stddef.h>

/// The text of a document, and its length in bytes; NULL for a path that is not among them. `path` begins below Sources:
/// "Web/Documents/openapi.json".
const unsigned char *dermgemma_document(const char *path, size_t *count);
