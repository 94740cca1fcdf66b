#pragma once

// Columns of activations in blocks of 32 numbers as the kernels read them.

#include "block-arithmetic.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// A block of `columns` activations lies in one piece: codes, scales, and first whole sums (minus offset times the codes' sum), each
/// column by column.
template <typename Format> constexpr int64_t recordSize(int64_t columns) {
    return columns * (Format::subLength * int64_t(sizeof(Code<Format>)) + 8);
}

template <typename Format> void packColumn(const block_q8_0 * blocks, int64_t count, int64_t c, int64_t columns, char * record) {
    for (int64_t b = 0; b < count; ++b) {
        Code<Format> * out = (Code<Format> *)record + c * Format::subLength;
        int32_t sum = 0;
        for (int l = 0; l < Format::subLength; ++l) {
            sum += blocks[b].qs[l];
            out[l] = blocks[b].qs[l];
        }
        char * numbers = record + columns * Format::subLength * int64_t(sizeof(Code<Format>));
        const float scale = fromHalf(blocks[b].d);
        const int32_t first = -Format::offset * sum;
        memcpy(numbers + 4 * c, &scale, 4);
        memcpy(numbers + 4 * (columns + c), &first, 4);
        record += recordSize<Format>(columns);
    }
}

} // namespace
#endif
