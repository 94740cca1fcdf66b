// The choice between 32-bit arithmetic and bfloat16 for an image's products and attention: the thread's that computes a graph.

#include "dermgemma-kernels.h"
#include "image-pairs.h"

#include <cstring>

namespace {

thread_local bool wantsPairs = false;
thread_local int64_t takenInPairs = 0;

bool hasBfloat16(void) {
#ifdef DERMGEMMA_LANES
    return hasPairs();
#else
    return false;
#endif
}

bool useBfloat16(bool wants) {
    const bool before = wantsPairs;
    wantsPairs = wants && hasBfloat16();
    return before;
}

int64_t bfloat16Products(void) { return takenInPairs; }

} // namespace

extern "C" bool dermgemma_takes_pairs(void) {
    takenInPairs += wantsPairs;
    return wantsPairs;
}

extern "C" void * dermgemma_function(const char * name) {
    return strcmp(name, "dermgemma_has_bf16") == 0        ? (void *)hasBfloat16
           : strcmp(name, "dermgemma_use_bf16") == 0      ? (void *)useBfloat16
           : strcmp(name, "dermgemma_bf16_products") == 0 ? (void *)bfloat16Products
                                                          : nullptr;
}
