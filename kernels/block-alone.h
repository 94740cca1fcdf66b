#pragma once

// One column of blocks of 32 numbers: weights are used as they lie, one row after the other.

#include "block-few.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Blocks whose products are summed together, and blocks of a row that are gone through before the next row's.
constexpr int64_t blocksTogether = 8, smallBlocksAtOnce = 128;

/// A block of activations, its scale, and minus its sum times the weights' offset: four sums of 32 bits have a quarter each.
template <typename Format> struct LoneColumn {
    __m256i codes, start;
    float scale;

    ALWAYS_INLINE void read(const block_q8_0 & block) {
        codes = loadBytes(block.qs);
        // Four codes' sum, times the offset.
        const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), codes);
        const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
        start = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_mullo_epi32(fours, _mm256_set1_epi32(Format::offset)));
        scale = fromHalf(block.d);
    }
};

/// The whole sums of eight blocks of a row, in their order.
template <typename Format>
ALWAYS_INLINE __m256i sumsOfEight(const typename Format::Block * row, const LoneColumn<Format> * column) {
#if DERMGEMMA_LANES == 16
    Whole parts[4];
#pragma GCC unroll 4
    for (int p = 0; p < 4; ++p) {
        // Blocks 0 and 4, 1 and 5, and so on.
        const __m256i a = Format::codes(row[p]), b = Format::codes(row[p + 4]);
        const LoneColumn<Format> &of = column[p], &other = column[p + 4];
#ifdef DERMGEMMA_FOURS
        const __m512i codes = _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
        const __m512i y = _mm512_inserti64x4(_mm512_castsi256_si512(of.codes), other.codes, 1);
        const __m512i start = _mm512_inserti64x4(_mm512_castsi256_si512(of.start), other.start, 1);
        parts[p] = _mm512_dpbusd_epi32(start, codes, y);
#else
        const __m512i x = _mm512_madd_epi16(_mm512_cvtepu8_epi16(a), _mm512_cvtepi8_epi16(of.codes));
        const __m512i y = _mm512_madd_epi16(_mm512_cvtepu8_epi16(b), _mm512_cvtepi8_epi16(other.codes));
        const __m256i low = _mm256_add_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
        const __m256i high = _mm256_add_epi32(_mm512_castsi512_si256(y), _mm512_extracti64x4_epi64(y, 1));
        parts[p] = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_add_epi32(low, of.start)), _mm256_add_epi32(high, other.start), 1);
#endif
    }
    const Whole sums = sumFours(parts);
    const Whole both = _mm512_add_epi32(sums, _mm512_shuffle_i32x4(sums, sums, 0xB1));
    // The first and the third quarter.
    return _mm512_castsi512_si256(_mm512_shuffle_i32x4(both, both, 0x08));
#else
    Whole parts[8];
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) {
        const __m256i x = Format::codes(row[p]), y = column[p].codes, ones = _mm256_set1_epi16(1);
        if constexpr (Format::offset == 128) {
            // Products of codes without a sign would overflow 16 bits in pairs; the weights' own numbers don't.
            const __m256i weights = _mm256_xor_si256(x, _mm256_set1_epi8(char(0x80)));
            parts[p] = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(y, weights)), ones);
        } else {
            parts[p] = _mm256_add_epi32(_mm256_madd_epi16(_mm256_maddubs_epi16(x, y), ones), column[p].start);
        }
    }
    const Whole a = sumFours({parts[0], parts[1], parts[2], parts[3]}), b = sumFours({parts[4], parts[5], parts[6], parts[7]});
    return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31));
#endif
}

/// `lanes` rows from the i-th on, by one column. The same sums in the same order.
template <typename Format>
__attribute__((__noinline__)) void alone(int64_t i, int64_t m, int64_t count, const typename Format::Block * A, int64_t lda,
                                         const LoneColumn<Format> * column, float * C) {
    using Block = typename Format::Block;
    alignas(64) float products[lanes][smallBlocksAtOnce];
    Vector total = zero();
    for (int64_t first = 0; first < count; first += smallBlocksAtOnce) {
        const int64_t some = count - first < smallBlocksAtOnce ? count - first : smallBlocksAtOnce;
        for (int64_t r = 0; r < lanes; ++r) {
            const Block * row = A + (i + r < m ? i + r : m - 1) * lda + first;
            for (int64_t b = 0; b < some; b += blocksTogether) {
                const Block * from = row + b;
                const LoneColumn<Format> * with = column + first + b;
                Block last[blocksTogether];
                LoneColumn<Format> lastColumn[blocksTogether];
                if (__builtin_expect(some - b < blocksTogether, 0)) {
                    memset(last, 0, sizeof last);
                    memcpy(last, from, size_t(some - b) * sizeof(Block));
                    for (int64_t l = 0; l < blocksTogether; ++l) {
                        lastColumn[l] = with[b + l < some ? l : 0];
                    }
                    from = last;
                    with = lastColumn;
                }
                const __m256 scales = _mm256_cvtph_ps(_mm_setr_epi16(short(from[0].d), short(from[1].d), short(from[2].d), short(from[3].d),
                                                                     short(from[4].d), short(from[5].d), short(from[6].d), short(from[7].d)));
                const __m256i sums = sumsOfEight<Format>(from, with);
                _mm256_store_ps(products[r] + b, _mm256_mul_ps(_mm256_cvtepi32_ps(sums), scales));
            }
        }
        for (int64_t b = 0; b < some; b += lanes) {
            Vector rows[lanes];
            alignas(64) float square[lanes][lanes];
            for (int64_t r = 0; r < lanes; ++r) {
                rows[r] = load(products[r] + b);
            }
            transposeSquare(rows, square[0], lanes);
            for (int64_t l = 0; l < lanes && b + l < some; ++l) {
                total = multiplyAdd(load(square[l]), repeat(column[first + b + l].scale), total);
            }
        }
    }
    alignas(64) float out[lanes];
    store(out, total);
    memcpy(C + i, out, size_t(m - i < lanes ? m - i : lanes) * sizeof(float));
}

} // namespace
#endif
