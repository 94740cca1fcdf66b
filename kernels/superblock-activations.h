#pragma once

// Columns of activations in blocks of 256 numbers as the kernels for many columns read them.

#include "block-arithmetic.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

template <typename Format> constexpr int subBlocksOf = Format::length / Format::subLength;

/// A block of `columns` activations lies in one piece: codes by sub-block and column, then the sums of two neighbouring sub-blocks'
/// codes (16 bits each) by pair and column, then scales by column.
template <typename Format> constexpr int64_t blockRecordSize(int64_t columns) {
    return columns * (256 * int64_t(sizeof(Code<Format>)) + 2 * subBlocksOf<Format> + 4);
}

/// Sums of each sub-block's codes.
template <typename Format> ALWAYS_INLINE void subBlockSums(const block_q8_K & block, int16_t (&sums)[16]) {
    for (int s = 0; s < subBlocksOf<Format>; ++s) {
        sums[s] = Format::subLength == 16 ? block.bsums[s] : int16_t(block.bsums[2 * s] + block.bsums[2 * s + 1]);
    }
}

template <typename Format> void packBlocks(const block_q8_K * blocks, int64_t count, int64_t c, int64_t columns, char * out) {
    constexpr int subs = subBlocksOf<Format>;
    for (int64_t b = 0; b < count; ++b) {
        for (int s = 0; s < subs; ++s) {
            Code<Format> * codes = (Code<Format> *)out + (s * columns + c) * Format::subLength;
            for (int l = 0; l < Format::subLength; ++l) {
                codes[l] = blocks[b].qs[s * Format::subLength + l];
            }
        }
        int16_t sums[16];
        subBlockSums<Format>(blocks[b], sums);
        char * pairs = out + columns * 256 * int64_t(sizeof(Code<Format>));
        for (int p = 0; p < subs / 2; ++p) {
            memcpy(pairs + 4 * (p * columns + c), sums + 2 * p, 4);
        }
        memcpy(pairs + 2 * subs * columns + 4 * c, &blocks[b].d, 4);
        out += blockRecordSize<Format>(columns);
    }
}

} // namespace
#endif
