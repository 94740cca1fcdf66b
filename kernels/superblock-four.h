#pragma once

// Three or four columns of blocks of 256 numbers: a vector's quarters have a column each, and four rows are summed together.

#include "superblock-few.h"

#ifdef DERMGEMMA_FOURS
namespace {

/// A block of the activations of four columns.
template <typename Format> struct FourColumns {
    BlockColumn<Format> columns[4];
    /// Sums of 32 activations each, 16 bits, column by column.
    __m512i sums;
    /// Each column's scale, four times.
    __m512 scales;

    ALWAYS_INLINE void read(const block_q8_K * const (&blocks)[4]) {
        __m128i ofColumn[4];
        alignas(64) float repeated[16];
        for (int c = 0; c < 4; ++c) {
            columns[c].read(*blocks[c]);
            ofColumn[c] = columns[c].sums;
            for (int l = 0; l < 4; ++l) {
                repeated[4 * c + l] = blocks[c]->d;
            }
        }
        sums = _mm512_loadu_si512(ofColumn);
        scales = _mm512_load_ps(repeated);
    }
};

/// The sums of a vector's four lanes times four, of each of four vectors: in the order of the vectors.
ALWAYS_INLINE __m512i sumQuarters(const __m512i (&x)[4]) {
    const __m512i a = _mm512_add_epi32(_mm512_shuffle_i32x4(x[0], x[1], 0x88), _mm512_shuffle_i32x4(x[0], x[1], 0xDD));
    const __m512i b = _mm512_add_epi32(_mm512_shuffle_i32x4(x[2], x[3], 0x88), _mm512_shuffle_i32x4(x[2], x[3], 0xDD));
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xDD));
}

/// Four rows' numbers of 16 bits, in the lower or the upper halves of words, for each of four columns.
template <bool upper> ALWAYS_INLINE __m512 quarters(const uint32_t (&words)[4]) {
    const __m128i x = _mm_load_si128((const __m128i *)words), own = upper ? _mm_srli_epi32(x, 16) : _mm_and_si128(x, _mm_set1_epi32(0xffff));
    return _mm512_broadcast_f32x4(_mm_cvtph_ps(_mm_packus_epi32(own, own)));
}

/// `lanes` rows from the i-th on, by `columns` columns, at most four. The same sums in the same order.
template <typename Format>
__attribute__((__noinline__)) void fourOfBlocks(int64_t i, int64_t m, int64_t count, const typename Format::Block * A, int64_t lda,
                                                const FourColumns<Format> * packed, float * C, int64_t ldc, int64_t columns) {
    alignas(64) __m512i parts[blocksAtOnce][4], minima[blocksAtOnce][4];
    alignas(64) uint32_t scales[blocksAtOnce][4];
    for (int64_t rows = i; rows < i + lanes && rows < m; rows += 4) {
        Vector total = zero();
        for (int64_t first = 0; first < count; first += blocksAtOnce) {
            const int64_t some = count - first < blocksAtOnce ? count - first : blocksAtOnce;
            for (int64_t r = 0; r < 4; ++r) {
                const typename Format::Block * row = A + (rows + r < m ? rows + r : m - 1) * lda + first;
                for (int64_t b = 0; b < some; ++b) {
                    const FourColumns<Format> & of = packed[first + b];
                    askFor(row + b);
                    const __m128i both = Format::scales(row[b]);
                    if constexpr (Format::hasMinima) {
                        memcpy(&scales[b][r], &row[b].d, 4);
                        minima[b][r] = _mm512_madd_epi16(_mm512_broadcast_i32x4(_mm_cvtepu8_epi16(_mm_srli_si128(both, 8))), of.sums);
                    } else {
                        scales[b][r] = row[b].d;
                    }
                    __m512i codes[4], sums[4];
                    Format::unpack(row[b], codes);
                    const __m512i wide = _mm512_castsi256_si512(_mm256_cvtepi8_epi16(both));
                    const __m512i before = _mm512_permutexvar_epi16(Format::places(0), wide);
                    const __m512i behind = _mm512_permutexvar_epi16(Format::places(1), wide);
#pragma GCC unroll 4
                    for (int c = 0; c < 4; ++c) {
                        sums[c] = scaledProducts<Format>(of.columns[c], codes, before, behind);
                    }
                    parts[b][r] = sumQuarters(sums);
                }
            }
            for (int64_t b = 0; b < some; ++b) {
                const __m512 factors = packed[first + b].scales;
                total = multiplyAdd(toVector(sumFours(parts[b])), multiply(quarters<false>(scales[b]), factors), total);
                if constexpr (Format::hasMinima) {
                    const __m512 negative = _mm512_xor_ps(factors, _mm512_set1_ps(-0.0f));
                    total = multiplyAdd(toVector(sumFours(minima[b])), multiply(quarters<true>(scales[b]), negative), total);
                }
            }
        }
        alignas(64) float out[16];
        store(out, total);
        for (int64_t c = 0; c < columns; ++c) {
            memcpy(C + c * ldc + rows, out + 4 * c, size_t(m - rows < 4 ? m - rows : 4) * sizeof(float));
        }
    }
}

} // namespace
#endif
