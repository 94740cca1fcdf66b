#pragma once

// Columns of quantised activations as the kernels read them.

#include "block-arithmetic.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// A sub-block of `columns` activations lies in one piece: codes, scales, first whole sums (minus offset times the codes' sum),
/// and minus the codes' sum times the scale, each column by column.
template <typename Format> constexpr int64_t recordSize(int64_t columns) {
    return columns * (Format::subLength * int64_t(sizeof(Code<Format>)) + 12);
}

template <typename Format> void packSubBlock(const int8_t * codes, float scale, int32_t sum, int64_t c, int64_t columns, char * record) {
    Code<Format> * out = (Code<Format> *)record + c * Format::subLength;
    for (int l = 0; l < Format::subLength; ++l) {
        out[l] = codes[l];
    }
    char * numbers = record + columns * Format::subLength * int64_t(sizeof(Code<Format>));
    const int32_t first = -Format::offset * sum;
    const float minimum = -scale * float(sum);
    memcpy(numbers + 4 * c, &scale, 4);
    memcpy(numbers + 4 * (columns + c), &first, 4);
    memcpy(numbers + 4 * (2 * columns + c), &minimum, 4);
}

template <typename Format> void packColumn(const block_q8_0 * blocks, int64_t subBlocks, int64_t c, int64_t columns, char * out) {
    for (int64_t s = 0; s < subBlocks; ++s) {
        int32_t sum = 0;
        for (int l = 0; l < 32; ++l) {
            sum += blocks[s].qs[l];
        }
        packSubBlock<Format>(blocks[s].qs, fromHalf(blocks[s].d), sum, c, columns, out + s * recordSize<Format>(columns));
    }
}

template <typename Format> void packColumn(const block_q8_K * blocks, int64_t subBlocks, int64_t c, int64_t columns, char * out) {
    constexpr int perBlock = 256 / Format::subLength;
    for (int64_t s = 0; s < subBlocks; ++s) {
        const block_q8_K & block = blocks[s / perBlock];
        const int first = int(s % perBlock) * Format::subLength;
        int32_t sum = 0;
        for (int l = first; l < first + Format::subLength; l += 16) {
            sum += block.bsums[l / 16];
        }
        packSubBlock<Format>(block.qs + first, block.d, sum, c, columns, out + s * recordSize<Format>(columns));
    }
}

} // namespace
#endif
