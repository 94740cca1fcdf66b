#pragma once

// Three or four columns of blocks of 256 numbers: a vector's quarters have a column each, and four rows are summed together.

#include "superblock-few.h"

#ifdef DERMGEMMA_FOURS
namespace {

/// A block of the activations of four columns.
template <typename Format> struct FourColumns {
    BlockColumn<Format> columns[4];
    /// Sums of 32 and of 16 activations each, 16 bits, column by column.
    __m512i sums, sixteens[2];
    /// Each column's scale, four times.
    __m512 scales;

    ALWAYS_INLINE void read(const block_q8_K * const (&blocks)[4]) {
        __m128i ofColumn[4];
        alignas(64) float repeated[16];
        for (int c = 0; c < 4; ++c) {
            columns[c].read(*blocks[c]);
            ofColumn[c] = columns[c].of.sums;
            for (int l = 0; l < 4; ++l) {
                repeated[4 * c + l] = blocks[c]->d;
            }
        }
        sums = _mm512_loadu_si512(ofColumn);
        for (int p = 0; p < 2; ++p) {
            const __m512i first = _mm512_castsi256_si512(columns[2 * p].of.sixteens);
            sixteens[p] = _mm512_inserti64x4(first, columns[2 * p + 1].of.sixteens, 1);
        }
        scales = _mm512_load_ps(repeated);
    }
};

/// Two vectors' sums, 16 each, in eight sums each.
ALWAYS_INLINE __m512i sumHalves(__m512i a, __m512i b) {
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xDD));
}

/// A row's whole sums in a block, four parts for each of four columns.
template <typename Format>
ALWAYS_INLINE __m512i partsOfFour(const __m512i (&x)[4], __m128i scales, const FourColumns<Format> & of) {
    __m512i pairs[2];
    for (int p = 0; p < 2; ++p) {
        pairs[p] = sumHalves(x[2 * p], x[2 * p + 1]);
        if constexpr (Format::offset != 0) {
            const __m512i share = _mm512_madd_epi16(_mm512_broadcast_i64x4(sixteenScales<Format>(scales)), of.sixteens[p]);
            pairs[p] = _mm512_sub_epi32(pairs[p], _mm512_slli_epi32(share, __builtin_ctz(Format::offset)));
        }
    }
    return sumHalves(pairs[0], pairs[1]);
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
    __m512i parts[blocksAtOnce][4], minima[blocksAtOnce][4];
    alignas(64) uint32_t words[blocksAtOnce][4];
    for (int64_t row = i; row < i + lanes && row < m; row += 4) {
        Vector total = zero();
        for (int64_t first = 0; first < count; first += blocksAtOnce) {
            const int64_t some = count - first < blocksAtOnce ? count - first : blocksAtOnce;
            for (int64_t r = 0; r < 4; ++r) {
                const typename Format::Block * from = A + (row + r < m ? row + r : m - 1) * lda + first;
                for (int64_t b = 0; b < some; ++b) {
                    const FourColumns<Format> & of = packed[first + b];
                    askFor(from + b);
                    const __m128i scales = Format::scales(from[b]);
                    if constexpr (Format::hasMinima) {
                        memcpy(&words[b][r], &from[b].d, 4);
                        minima[b][r] = _mm512_madd_epi16(_mm512_broadcast_i32x4(_mm_cvtepu8_epi16(_mm_srli_si128(scales, 8))), of.sums);
                    } else {
                        words[b][r] = from[b].d;
                    }
                    __m512i codes[4], sums[4];
                    Format::unpack(from[b], codes);
                    const __m512i wide = _mm512_castsi256_si512(_mm256_cvtepi8_epi16(scales));
                    const __m512i before = _mm512_permutexvar_epi16(Format::places(0), wide);
                    const __m512i behind = _mm512_permutexvar_epi16(Format::places(1), wide);
#pragma GCC unroll 4
                    for (int c = 0; c < 4; ++c) {
                        sums[c] = scaledProducts<Format>(of.columns[c], codes, before, behind);
                    }
                    parts[b][r] = partsOfFour(sums, scales, of);
                }
            }
            for (int64_t b = 0; b < some; ++b) {
                const __m512 factors = packed[first + b].scales;
                total = multiplyAdd(toVector(sumFours(parts[b])), multiply(quarters<false>(words[b]), factors), total);
                if constexpr (Format::hasMinima) {
                    const __m512 negative = _mm512_xor_ps(factors, _mm512_set1_ps(-0.0f));
                    total = multiplyAdd(toVector(sumFours(minima[b])), multiply(quarters<true>(words[b]), negative), total);
                }
            }
        }
        alignas(64) float out[16];
        store(out, total);
        for (int64_t c = 0; c < columns; ++c) {
            memcpy(C + c * ldc + row, out + 4 * c, size_t(m - row < 4 ? m - row : 4) * sizeof(float));
        }
    }
}

} // namespace
#endif
