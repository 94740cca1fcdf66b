#pragma once

// One column of blocks of 32 numbers: weights are used as they lie, one row after the other.

#include "block-few.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Blocks of a row whose whole sums are made together.
constexpr int64_t blocksTogether = 8;
/// A longer row is gone through beside its neighbours (`few`), which is faster then.
constexpr int64_t blocksInShortRow = 128;
/// What is asked for ahead of its turn, in blocks: of this row, or of the next ones.
constexpr int64_t blocksAhead = 64;

/// Eight blocks of a column: codes (of blocks 0 and 4, 1 and 5, 2 and 6, 3 and 7, a vector's halves each), first whole sums (minus
/// offset times the codes' sum) and scales. What is behind the column's end is 0.
template <typename Format> struct alignas(64) EightBlocks {
    int8_t codes[256];
    int32_t starts[blocksTogether];
    float scales[blocksTogether];

    void read(const block_q8_0 * blocks, int64_t count) {
        memset(this, 0, sizeof *this);
        for (int64_t b = 0; b < count && b < blocksTogether; ++b) {
            int32_t sum = 0;
            for (int l = 0; l < 32; ++l) {
                sum += blocks[b].qs[l];
            }
            memcpy(codes + 64 * (b % 4) + 32 * (b / 4), blocks[b].qs, 32);
            starts[b] = hasStart<Format> ? -Format::offset * sum : 0;
            scales[b] = fromHalf(blocks[b].d);
        }
    }
};

/// The whole sums of eight blocks of a row, in their order.
template <typename Format> ALWAYS_INLINE __m256i sumsOfEight(const typename Format::Block * row, const EightBlocks<Format> & column) {
    const __m256i starts = loadBytes(column.starts);
#if DERMGEMMA_LANES == 16
    Whole parts[4];
#pragma GCC unroll 4
    for (int p = 0; p < 4; ++p) {
        const __m256i a = Format::codes(row[p]), b = Format::codes(row[p + 4]);
        const int8_t * codes = column.codes + 64 * p;
#ifdef DERMGEMMA_FOURS
        const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
        parts[p] = addFour(repeatWhole(0), both, loadWhole(codes));
#else
        const __m512i x = _mm512_madd_epi16(_mm512_cvtepu8_epi16(a), _mm512_cvtepi8_epi16(loadBytes(codes)));
        const __m512i y = _mm512_madd_epi16(_mm512_cvtepu8_epi16(b), _mm512_cvtepi8_epi16(loadBytes(codes + 32)));
        const __m256i first = _mm256_add_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
        const __m256i second = _mm256_add_epi32(_mm512_castsi512_si256(y), _mm512_extracti64x4_epi64(y, 1));
        parts[p] = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
#endif
    }
    const Whole sums = sumFours(parts);
    const Whole whole = _mm512_add_epi32(sums, _mm512_shuffle_i32x4(sums, sums, 0xB1));
    // The first and the third quarter.
    return _mm256_add_epi32(starts, _mm512_castsi512_si256(_mm512_shuffle_i32x4(whole, whole, 0x08)));
#else
    Whole parts[blocksTogether];
#pragma GCC unroll 8
    for (int p = 0; p < blocksTogether; ++p) {
        parts[p] = products<Format>(row[p], row[p], loadBytes(column.codes + 64 * (p % 4) + 32 * (p / 4)));
    }
    const Whole a = sumFours({parts[0], parts[1], parts[2], parts[3]}), b = sumFours({parts[4], parts[5], parts[6], parts[7]});
    return _mm256_add_epi32(starts, _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31)));
#endif
}

/// The products of a row's blocks with a column's but for the column's scales. `rest` blocks lie between the row's beginning and the
/// matrix' end.
template <typename Format>
ALWAYS_INLINE void multiplyRow(const typename Format::Block * row, int64_t blocks, int64_t rest, const EightBlocks<Format> * column,
                               float * out) {
    for (int64_t b = 0; b < blocks; b += blocksTogether) {
        const typename Format::Block *from = row + b, *later = from + blocksAhead;
        for (size_t byte = 0; byte < blocksTogether * sizeof *later; byte += 64) {
            __builtin_prefetch((const char *)later + byte);
        }
        typename Format::Block last[blocksTogether];
        if (__builtin_expect(rest - b < blocksTogether, 0)) {
            memset((void *)last, 0, sizeof last);
            memcpy((void *)last, from, size_t(rest - b) * sizeof *last);
            from = last;
        }
        const __m256 scales = _mm256_cvtph_ps(_mm_setr_epi16(short(from[0].d), short(from[1].d), short(from[2].d), short(from[3].d),
                                                             short(from[4].d), short(from[5].d), short(from[6].d), short(from[7].d)));
        const __m256i whole = sumsOfEight<Format>(from, column[b / blocksTogether]);
        _mm256_storeu_ps(out + b, _mm256_mul_ps(_mm256_cvtepi32_ps(whole), scales));
    }
}

/// `lanes` rows from the i-th on, of at most `blocksInShortRow` blocks, by one column.
template <typename Format>
__attribute__((__noinline__)) void oneByRows(int64_t i, int64_t m, int64_t blocks, const typename Format::Block * A, int64_t lda,
                                             const EightBlocks<Format> * column, float * C) {
    // Rows lie a vector apart in the cache.
    alignas(64) float products[lanes][blocksInShortRow + lanes];
    for (int64_t r = 0; r < lanes; ++r) {
        const int64_t row = i + r < m ? i + r : m - 1;
        multiplyRow<Format>(A + row * lda, blocks, (m - 1 - row) * lda + blocks, column, products[r]);
    }
    Vector total = zero();
    for (int64_t b = 0; b < blocks; b += lanes) {
        Vector rows[lanes];
        alignas(64) float square[lanes][lanes];
        for (int64_t r = 0; r < lanes; ++r) {
            rows[r] = load(products[r] + b);
        }
        transposeSquare(rows, square[0], lanes);
        for (int64_t l = 0; l < lanes && b + l < blocks; ++l) {
            total = multiplyAdd(load(square[l]), repeat(column[(b + l) / blocksTogether].scales[l % blocksTogether]), total);
        }
    }
    alignas(64) float out[lanes];
    store(out, total);
    memcpy(C + i, out, size_t(m - i < lanes ? m - i : lanes) * sizeof(float));
}

} // namespace
#endif
