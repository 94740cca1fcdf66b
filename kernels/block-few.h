#pragma once

// Few columns: weights are used as they lie.

#include "block-activations.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// The whole sums of eight times four lanes: rows of four lanes each become one vector, in the order of the rows. `low` are those of
/// the first four lanes of each eight, `high` those of the others.
ALWAYS_INLINE void sumLanes(const Whole (&parts)[8], Whole & low, Whole & high) {
#if DERMGEMMA_LANES == 16
    Whole pairs[4], fours[2];
    for (int p = 0; p < 4; ++p) {
        pairs[p] = _mm512_add_epi32(_mm512_unpacklo_epi32(parts[2 * p], parts[2 * p + 1]), _mm512_unpackhi_epi32(parts[2 * p], parts[2 * p + 1]));
    }
    for (int p = 0; p < 2; ++p) {
        fours[p] = _mm512_add_epi32(_mm512_unpacklo_epi64(pairs[2 * p], pairs[2 * p + 1]), _mm512_unpackhi_epi64(pairs[2 * p], pairs[2 * p + 1]));
    }
    low = _mm512_shuffle_i32x4(fours[0], fours[1], 0x88);
    high = _mm512_shuffle_i32x4(fours[0], fours[1], 0xDD);
#else
    Whole pairs[4], fours[2];
    for (int p = 0; p < 4; ++p) {
        pairs[p] = _mm256_add_epi32(_mm256_unpacklo_epi32(parts[2 * p], parts[2 * p + 1]), _mm256_unpackhi_epi32(parts[2 * p], parts[2 * p + 1]));
    }
    for (int p = 0; p < 2; ++p) {
        fours[p] = _mm256_add_epi32(_mm256_unpacklo_epi64(pairs[2 * p], pairs[2 * p + 1]), _mm256_unpackhi_epi64(pairs[2 * p], pairs[2 * p + 1]));
    }
    low = _mm256_permute2x128_si256(fours[0], fours[1], 0x20);
    high = _mm256_permute2x128_si256(fours[0], fours[1], 0x31);
#endif
}

template <typename Format> constexpr bool hasCodesOfTwo = Format::length == 256 && Format::largest < 128;

/// 32 products of each of two rows (of one row, where a vector has 8 lanes), in 8 sums a row.
template <typename Format> ALWAYS_INLINE Whole products(const typename Format::Block & a, const typename Format::Block & b, int t, __m256i activations) {
#if DERMGEMMA_LANES == 16 && defined(__AVX512VNNI__)
    __m512i codes;
    if constexpr (hasCodesOfTwo<Format>) {
        codes = Format::codesOfTwo(a, b, t);
    } else {
        codes = _mm512_inserti64x4(_mm512_castsi256_si512(Format::codes(a, t)), Format::codes(b, t), 1);
    }
    return _mm512_dpbusd_epi32(_mm512_setzero_si512(), codes, _mm512_broadcast_i64x4(activations));
#else
    const __m256i x = Format::codes(a, t);
#if DERMGEMMA_LANES == 16
    const __m256i y = Format::codes(b, t);

    const __m512i wide = _mm512_cvtepi8_epi16(activations);
    const __m512i p = _mm512_madd_epi16(_mm512_cvtepu8_epi16(x), wide), q = _mm512_madd_epi16(_mm512_cvtepu8_epi16(y), wide);
    // Lanes 0 to 3 and 4 to 7 of the result stay those of numbers 0 to 15 and 16 to 31.
    const __m512i first = _mm512_shuffle_i32x4(p, q, 0x88), second = _mm512_shuffle_i32x4(p, q, 0xDD);
    return _mm512_add_epi32(first, second);
#else
    (void)b;
    if (Format::offset == 128) {
        // Products of codes without a sign would overflow 16 bits in pairs; the weights' own numbers don't.
        const __m256i weights = _mm256_xor_si256(x, _mm256_set1_epi8(char(0x80)));
        const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(activations, weights));
        return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }
    return _mm256_madd_epi16(_mm256_maddubs_epi16(x, activations), _mm256_set1_epi16(1));
#endif
#endif
}

ALWAYS_INLINE __m256i activationsOf(const block_q8_0 * column, int64_t block, int) { return loadBytes(column[block].qs); }
ALWAYS_INLINE __m256i activationsOf(const block_q8_K * column, int64_t block, int t) { return loadBytes(column[block].qs + 32 * t); }

/// The scales of block b of each row, which has but one.
template <typename Block> ALWAYS_INLINE Vector onlyScales(const Block * const (&rows)[lanes], int64_t b) {
    // Together: numbers written one by one and read as a vector would have to wait for each other.
#if DERMGEMMA_LANES == 16
    return _mm512_cvtph_ps(_mm256_setr_epi16(
        short(rows[0][b].d), short(rows[1][b].d), short(rows[2][b].d), short(rows[3][b].d), short(rows[4][b].d), short(rows[5][b].d),
        short(rows[6][b].d), short(rows[7][b].d), short(rows[8][b].d), short(rows[9][b].d), short(rows[10][b].d), short(rows[11][b].d),
        short(rows[12][b].d), short(rows[13][b].d), short(rows[14][b].d), short(rows[15][b].d)));
#else
    return _mm256_cvtph_ps(_mm_setr_epi16(
        short(rows[0][b].d), short(rows[1][b].d), short(rows[2][b].d), short(rows[3][b].d), short(rows[4][b].d), short(rows[5][b].d),
        short(rows[6][b].d), short(rows[7][b].d)));
#endif
}

/// The scales and minima of `lanes` rows' sub-blocks of one block, by sub-block and row.
template <typename Format> struct FewScales {
    static constexpr int subs = Format::length / Format::subLength;
    alignas(64) float scales[16][lanes], minima[16][lanes];

    ALWAYS_INLINE void decode(const typename Format::Block * const (&rows)[lanes], int64_t b) {
        alignas(64) float rowScales[lanes][16], rowMinima[lanes][16];
        for (int64_t r = 0; r < lanes; ++r) {
            Format::decodeScales(rows[r][b], rowScales[r], Format::hasMinima ? rowMinima[r] : nullptr);
        }
        Vector square[lanes];
        for (int s = 0; s < subs; s += lanes) {
            for (int64_t r = 0; r < lanes; ++r) {
                square[r] = load(rowScales[r] + s);
            }
            transposeSquare(square, scales[s], lanes);
            if (Format::hasMinima) {
                for (int64_t r = 0; r < lanes; ++r) {
                    square[r] = load(rowMinima[r] + s);
                }
                transposeSquare(square, minima[s], lanes);
            }
        }
    }
};

/// Few columns: a strip is used but a few times, and is not brought into shape before. The same sums in the same order.
template <typename Format, int columns>
__attribute__((__noinline__)) void few(int64_t i, int64_t m, int64_t blocks, const typename Format::Block * A, int64_t lda,
                                       const typename Format::Activation * B, int64_t ldb, const char * const * records,
                                       float * C, int64_t ldc) {
    constexpr int subs = Format::length / Format::subLength;
    constexpr bool hasOffset = Format::offset != 0 && !(lanes == 8 && Format::offset == 128);
    constexpr int64_t codesSize = Format::subLength * int64_t(sizeof(Code<Format>)), size = recordSize<Format>(1);
    const typename Format::Block *rows[lanes], *next[lanes];
    for (int64_t r = 0; r < lanes; ++r) {
        rows[r] = A + (i + r < m ? i + r : m - 1) * lda;
        next[r] = i + lanes + r < m ? rows[r] + lanes * lda : rows[r];
    }
    const int64_t ahead = blocks < 1024 / Format::length ? blocks : 1024 / Format::length;
    Vector total[columns];
    for (int c = 0; c < columns; ++c) {
        total[c] = zero();
    }
    FewScales<Format> block;
    for (int64_t b = 0; b < blocks; ++b) {
        Vector only = zero();
        if constexpr (subs == 1) {
            only = onlyScales(rows, b);
        } else {
            block.decode(rows, b);
        }
        // Rows are too short for the processor to see them coming. What is needed `ahead` blocks later, here or in the next rows, is
        // asked for little by little.
        const int64_t later = b + ahead < blocks ? b + ahead : b + ahead - blocks;
        const typename Format::Block * const * asked = b + ahead < blocks ? rows : next;
#pragma GCC unroll 8
        for (int t = 0; t < Format::length / 32; ++t) {
            for (int64_t r = 32 * t * lanes / Format::length; r < 32 * (t + 1) * lanes / Format::length; ++r) {
                for (size_t byte = 0; byte < sizeof(**rows); byte += 64) {
                    __builtin_prefetch((const char *)(asked[r] + later) + byte);
                }
            }
#pragma GCC unroll 4
            for (int c = 0; c < columns; ++c) {
                const __m256i activations = activationsOf(B + c * ldb, b, t);
                Whole parts[8], sums[2];
#pragma GCC unroll 8
                for (int p = 0; p < 8; ++p) {
                    const int first = lanes == 16 ? p + p / 4 * 4 : p, second = lanes == 16 ? first + 4 : p;
                    parts[p] = products<Format>(rows[first][b], rows[second][b], t, activations);
                }
                sumLanes(parts, sums[0], sums[1]);
                if (Format::subLength == 32) {
                    sums[0] = addWhole(sums[0], sums[1]);
                }
#pragma GCC unroll 2
                for (int h = 0; h < 32 / Format::subLength; ++h) {
                    const int s = t * (32 / Format::subLength) + h;
                    const char * numbers = records[c] + (b * subs + s) * size + codesSize;
                    float factor, minimum;
                    int32_t start;
                    memcpy(&factor, numbers, 4);
                    memcpy(&start, numbers + 4, 4);
                    memcpy(&minimum, numbers + 8, 4);
                    const Whole whole = hasOffset ? addWhole(sums[h], repeatWhole(start)) : sums[h];
                    total[c] = multiplyAdd(multiply(toVector(whole), subs == 1 ? only : load(block.scales[s])), repeat(factor), total[c]);
                    if (Format::hasMinima) {
                        total[c] = multiplyAdd(load(block.minima[s]), repeat(minimum), total[c]);
                    }
                }
            }
        }
    }
    for (int c = 0; c < columns; ++c) {
        alignas(64) float out[lanes];
        store(out, total[c]);
        memcpy(C + c * ldc + i, out, size_t(m - i < lanes ? m - i : lanes) * sizeof(float));
    }
}

} // namespace
#endif
