#pragma once

// Formats of weights in blocks of 32 numbers, each with a scale.

#include "block-arithmetic.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// How weights of a type become codes without a sign: the weight's own plus `offset`, `largest` at most.
template <typename TheBlock, int theOffset, int theLargest> struct SmallBlock {
    using Block = TheBlock;
    using Activation = block_q8_0;
    static constexpr int length = 32, subLength = 32, offset = theOffset, largest = theLargest;
};

struct Q8_0 : SmallBlock<block_q8_0, 128, 255> {
    ALWAYS_INLINE static __m256i codes(const Block & block) {
        return _mm256_xor_si256(loadBytes(block.qs), _mm256_set1_epi8(char(0x80)));
    }
};

struct Q4_0 : SmallBlock<block_q4_0, 8, 15> {
    ALWAYS_INLINE static __m256i codes(const Block & block) { return nibbles(block.qs); }
};

struct Q5_0 : SmallBlock<block_q5_0, 16, 31> {
    ALWAYS_INLINE static __m256i codes(const Block & block) {
        uint32_t fifth;
        memcpy(&fifth, block.qh, 4);
        // Byte j of the four comes to numbers 8j to 8j + 7, of which each looks at its own bit.
        const __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(int(fifth)),
                                                  _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
        const __m256i bits = _mm256_set1_epi64x(int64_t(0x8040201008040201));
        const __m256i isSet = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bits), bits);
        return _mm256_or_si256(nibbles(block.qs), _mm256_and_si256(isSet, _mm256_set1_epi8(16)));
    }
};

struct IQ4_NL : SmallBlock<block_iq4_nl, 128, 255> {
    ALWAYS_INLINE static __m256i codes(const Block & block) { return unevenValues(nibbles(block.qs)); }
};

} // namespace
#endif
