#pragma once

// Few columns of blocks of 32 numbers: weights are used as they lie.

#include "block-activations.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// A vector's four lanes of sums each become one: lane 4q + j is the sum of part j's group q of four lanes.
ALWAYS_INLINE Whole sumFours(const Whole (&parts)[4]) {
#if DERMGEMMA_LANES == 16
    const Whole x = _mm512_add_epi32(_mm512_unpacklo_epi32(parts[0], parts[1]), _mm512_unpackhi_epi32(parts[0], parts[1]));
    const Whole y = _mm512_add_epi32(_mm512_unpacklo_epi32(parts[2], parts[3]), _mm512_unpackhi_epi32(parts[2], parts[3]));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(x, y), _mm512_unpackhi_epi64(x, y));
#else
    const Whole x = _mm256_add_epi32(_mm256_unpacklo_epi32(parts[0], parts[1]), _mm256_unpackhi_epi32(parts[0], parts[1]));
    const Whole y = _mm256_add_epi32(_mm256_unpacklo_epi32(parts[2], parts[3]), _mm256_unpackhi_epi32(parts[2], parts[3]));
    return _mm256_add_epi32(_mm256_unpacklo_epi64(x, y), _mm256_unpackhi_epi64(x, y));
#endif
}

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

/// Whether sums of products with codes without a sign begin with what their offset adds, taken away.
template <typename Format> constexpr bool hasStart = Format::offset != 0 && !(lanes == 8 && Format::offset == 128);

/// 32 products of each of two rows (of one row, where a vector has 8 lanes), in 8 sums a row.
template <typename Format> ALWAYS_INLINE Whole products(const typename Format::Block & a, const typename Format::Block & b, __m256i activations) {
#ifdef DERMGEMMA_FOURS
    const __m512i codes = _mm512_inserti64x4(_mm512_castsi256_si512(Format::codes(a)), Format::codes(b), 1);
    return _mm512_dpbusd_epi32(_mm512_setzero_si512(), codes, _mm512_broadcast_i64x4(activations));
#else
    const __m256i x = Format::codes(a);
#if DERMGEMMA_LANES == 16
    const __m256i y = Format::codes(b);

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

/// Few columns: a strip is used but a few times, and is not brought into shape before. The same sums in the same order.
template <typename Format, int columns>
__attribute__((__noinline__)) void few(int64_t i, int64_t m, int64_t blocks, const typename Format::Block * A, int64_t lda,
                                       const typename Format::Activation * B, int64_t ldb, const char * const * records,
                                       float * C, int64_t ldc) {
    constexpr int64_t codesSize = Format::subLength * int64_t(sizeof(Code<Format>)), size = recordSize<Format>(1);
    const typename Format::Block *rows[lanes], *next[lanes];
    for (int64_t r = 0; r < lanes; ++r) {
        rows[r] = A + (i + r < m ? i + r : m - 1) * lda;
        next[r] = i + lanes + r < m ? rows[r] + lanes * lda : rows[r];
    }
    const int64_t ahead = blocks < 32 ? blocks : 32;
    Vector total[columns];
    for (int c = 0; c < columns; ++c) {
        total[c] = zero();
    }
    for (int64_t b = 0; b < blocks; ++b) {
        const Vector scales = onlyScales(rows, b);
        // Rows are too short for the processor to see them coming. What is needed `ahead` blocks later, here or in the next rows, is
        // asked for little by little.
        const int64_t later = b + ahead < blocks ? b + ahead : b + ahead - blocks;
        const typename Format::Block * const * asked = b + ahead < blocks ? rows : next;
        for (int64_t r = 0; r < lanes; ++r) {
            __builtin_prefetch(asked[r] + later);
        }
#pragma GCC unroll 4
        for (int c = 0; c < columns; ++c) {
            const __m256i activations = loadBytes(B[c * ldb + b].qs);
            Whole parts[8], low, high;
#pragma GCC unroll 8
            for (int p = 0; p < 8; ++p) {
                const int first = lanes == 16 ? p + p / 4 * 4 : p, second = lanes == 16 ? first + 4 : p;
                parts[p] = products<Format>(rows[first][b], rows[second][b], activations);
            }
            sumLanes(parts, low, high);
            Whole whole = addWhole(low, high);
            const char * numbers = records[c] + b * size + codesSize;
            float factor;
            int32_t start;
            memcpy(&factor, numbers, 4);
            memcpy(&start, numbers + 4, 4);
            whole = hasStart<Format> ? addWhole(whole, repeatWhole(start)) : whole;
            total[c] = multiplyAdd(multiply(toVector(whole), scales), repeat(factor), total[c]);
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
