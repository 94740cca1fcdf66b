#pragma once

// Few columns of blocks of 256 numbers: a block's sum is whole, whatever the order of its parts, so that a row's codes and scales are
// used as they lie, for all columns at once.

#include "block-few.h"
#include "superblock-formats.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Blocks of a row that are gone through before the next row's.
constexpr int64_t blocksAtOnce = 16;

/// Asks for the memory that lies where a block of a row will be read a little later. One column alone is as fast as memory, and what
/// it would ask for costs more than it saves.
template <typename Block> ALWAYS_INLINE void askFor(const Block * block) {
    for (size_t byte = 0; byte < sizeof(Block); byte += 64) {
        __builtin_prefetch((const char *)block + 4096 + byte);
    }
}

/// What some blocks of `lanes` rows add to their sums, four parts each, by block and row: rows 0, 4, 8, 12, 1, 5 and so on.
template <int columns> struct Blocks {
    alignas(64) __m128i parts[columns][blocksAtOnce][lanes], minima[columns][blocksAtOnce][lanes];
    /// The weights' scale, and the minima's in the upper half where they have one.
    alignas(64) uint32_t scales[blocksAtOnce][lanes];

    static int64_t place(int64_t r) { return r % 4 * (lanes / 4) + r / 4; }
};

/// The sums of `lanes` rows' parts, row by row.
ALWAYS_INLINE Vector sumParts(const __m128i (&parts)[lanes]) {
    constexpr int64_t step = lanes / 4;
    return toVector(sumFours({loadWhole(parts), loadWhole(parts + step), loadWhole(parts + 2 * step), loadWhole(parts + 3 * step)}));
}

ALWAYS_INLINE __m128i halved(__m256i x) { return _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1)); }

/// The lower or the upper halves of `lanes` times 32 bits as numbers.
template <bool upper> ALWAYS_INLINE Vector halves(const uint32_t (&words)[lanes]) {
#if DERMGEMMA_LANES == 16
    const __m512i x = loadWhole(words);
    return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(upper ? _mm512_srli_epi32(x, 16) : x));
#else
    const __m256i x = loadWhole(words), own = upper ? _mm256_srli_epi32(x, 16) : _mm256_and_si256(x, _mm256_set1_epi32(0xffff));
    return _mm256_cvtph_ps(_mm_packus_epi32(_mm256_castsi256_si128(own), _mm256_extracti128_si256(own, 1)));
#endif
}

/// Sums of 32 activations each, which the minima multiply.
ALWAYS_INLINE __m128i sumsOfActivations(const block_q8_K & block) {
    const __m256i pairs = _mm256_madd_epi16(loadBytes(block.bsums), _mm256_set1_epi16(1));
    return _mm_packs_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
}

#ifdef DERMGEMMA_FOURS
/// A block's activations in the order of the weights' codes, and what a sum of four products begins with: minus their offset's share.
template <typename Format> struct BlockColumn {
    __m512i x[4], start[Format::offset == 0 ? 1 : 4];
    __m128i sums;

    ALWAYS_INLINE void read(const block_q8_K & block) {
        sums = sumsOfActivations(block);
        Format::arrange(block.qs, x);
        start[0] = _mm512_setzero_si512();
        for (int z = 0; Format::offset != 0 && z < 4; ++z) {
            const __m512i none = _mm512_setzero_si512();
            start[z] = _mm512_sub_epi32(none, _mm512_dpbusd_epi32(none, _mm512_set1_epi8(char(Format::offset)), x[z]));
        }
    }

    ALWAYS_INLINE __m512i products(int z, __m512i codes) const {
        return _mm512_dpbusd_epi32(Format::offset == 0 ? _mm512_setzero_si512() : start[Format::offset == 0 ? 0 : z], codes, x[z]);
    }
};

/// A row's products with a block of activations, times the scales of its sub-blocks, in 16 whole sums. The first eight of sixteen
/// scales, or four of eight, lie in `before`, the others in `behind`.
template <typename Format>
ALWAYS_INLINE __m512i scaledProducts(const BlockColumn<Format> & of, const __m512i (&codes)[4], __m512i before, __m512i behind) {
    if constexpr (Format::largest < 128) {
        // Four products fit 16 bits.
        const __m512i x = _mm512_packs_epi32(of.products(0, codes[0]), of.products(1, codes[1]));
        const __m512i y = _mm512_packs_epi32(of.products(2, codes[2]), of.products(3, codes[3]));
        return _mm512_add_epi32(_mm512_madd_epi16(x, before), _mm512_madd_epi16(y, behind));
    } else {
        const __m512i x = _mm512_add_epi32(of.products(0, codes[0]), of.products(1, codes[1]));
        const __m512i y = _mm512_add_epi32(of.products(2, codes[2]), of.products(3, codes[3]));
        // Scales of 16 bits lie there twice; the upper one is moved down with its sign.
        const __m512i first = _mm512_srai_epi32(before, 16), second = _mm512_srai_epi32(behind, 16);
        return _mm512_add_epi32(_mm512_mullo_epi32(x, first), _mm512_mullo_epi32(y, second));
    }
}

/// A row's whole sums in a block, in parts. `column` has a block of the first column's activations, `next` further on the next one's.
template <typename Format, int columns>
ALWAYS_INLINE void addRow(const typename Format::Block & block, __m128i scales, const BlockColumn<Format> * column, int64_t next,
                          Blocks<columns> & blocks, int64_t b, int64_t place) {
    __m512i codes[4];
    Format::unpack(block, codes);
    const __m512i wide = _mm512_castsi256_si512(_mm256_cvtepi8_epi16(scales));
    const __m512i before = _mm512_permutexvar_epi16(Format::places(0), wide), behind = _mm512_permutexvar_epi16(Format::places(1), wide);
#pragma GCC unroll 4
    for (int c = 0; c < columns; ++c) {
        const __m512i sum = scaledProducts<Format>(column[c * next], codes, before, behind);
        blocks.parts[c][b][place] = halved(_mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1)));
    }
}
#else
template <typename Format> struct BlockColumn {
    block_q8_K block;
    __m128i sums;

    ALWAYS_INLINE void read(const block_q8_K & from) {
        block = from;
        sums = sumsOfActivations(block);
    }
};

template <typename Format, int columns>
ALWAYS_INLINE void addRow(const typename Format::Block & block, __m128i scales, const BlockColumn<Format> * column, int64_t next,
                          Blocks<columns> & blocks, int64_t b, int64_t place) {
    const __m256i wide = _mm256_cvtepi8_epi16(scales);
    __m256i sums[columns];
    for (int c = 0; c < columns; ++c) {
        sums[c] = _mm256_setzero_si256();
        if (Format::offset != 0 && Format::offset != 128) {
            const __m256i share = _mm256_madd_epi16(wide, loadBytes(column[c * next].block.bsums));
            sums[c] = _mm256_sub_epi32(sums[c], _mm256_slli_epi32(share, __builtin_ctz(Format::offset | 256)));
        }
    }
    // Eight scales in either half.
    const __m256i low = _mm256_permute4x64_epi64(wide, 0x44), high = _mm256_permute4x64_epi64(wide, 0xEE);
    forEachPiece([&](auto piece) __attribute__((__always_inline__)) {
        constexpr int t = decltype(piece)::value, sub = t * 32 / Format::subLength;
        constexpr int second = Format::subLength == 16 ? sub + 1 : sub;
        constexpr long long one = 0x0100010001000100LL, two = 0x0202020202020202LL;
        constexpr long long p = one + two * (sub % 8), q = one + two * (second % 8);
        const __m256i scale = _mm256_shuffle_epi8(sub < 8 ? low : high, _mm256_setr_epi64x(p, p, q, q));
        const __m256i x = Format::template codes<t>(block);
#pragma GCC unroll 4
        for (int c = 0; c < columns; ++c) {
            const __m256i y = loadBytes(column[c * next].block.qs + 32 * t);
            __m256i pairs;
            if constexpr (Format::offset == 128) {
                // Products of codes without a sign would overflow 16 bits in pairs; the weights' own numbers don't.
                const __m256i weights = _mm256_xor_si256(x, _mm256_set1_epi8(char(0x80)));
                pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(y, weights));
            } else {
                pairs = _mm256_maddubs_epi16(x, y);
            }
            sums[c] = _mm256_add_epi32(sums[c], _mm256_madd_epi16(pairs, scale));
        }
    });
    for (int c = 0; c < columns; ++c) {
        blocks.parts[c][b][place] = halved(sums[c]);
    }
}
#endif

/// `lanes` rows from the i-th on, by `columns` columns, of which `packed` has the activations too. One row is read after the other,
/// as they lie in memory.
template <typename Format, int columns>
__attribute__((__noinline__)) void fewOfBlocks(int64_t i, int64_t m, int64_t count, const typename Format::Block * A, int64_t lda,
                                               const block_q8_K * B, int64_t ldb, const BlockColumn<Format> * packed, float * C, int64_t ldc) {
    Vector total[columns];
    for (int c = 0; c < columns; ++c) {
        total[c] = zero();
    }
    Blocks<columns> blocks;
    for (int64_t first = 0; first < count; first += blocksAtOnce) {
        const int64_t some = count - first < blocksAtOnce ? count - first : blocksAtOnce;
        for (int64_t r = 0; r < lanes; ++r) {
            const typename Format::Block * row = A + (i + r < m ? i + r : m - 1) * lda + first;
            const int64_t place = Blocks<columns>::place(r);
            for (int64_t b = 0; b < some; ++b) {
                if constexpr (columns > 1) {
                    askFor(row + b);
                }
                const __m128i scales = Format::scales(row[b]);
                if constexpr (Format::hasMinima) {
                    memcpy(&blocks.scales[b][r], &row[b].d, 4);
                    const __m128i minima = _mm_cvtepu8_epi16(_mm_srli_si128(scales, 8));
                    for (int c = 0; c < columns; ++c) {
                        blocks.minima[c][b][place] = _mm_madd_epi16(minima, packed[c * count + first + b].sums);
                    }
                } else {
                    blocks.scales[b][r] = row[b].d;
                }
                addRow<Format, columns>(row[b], scales, packed + first + b, count, blocks, b, place);
            }
        }
        for (int64_t b = 0; b < some; ++b) {
            const Vector scales = halves<false>(blocks.scales[b]);
            for (int c = 0; c < columns; ++c) {
                const float factor = B[c * ldb + first + b].d;
                total[c] = multiplyAdd(sumParts(blocks.parts[c][b]), multiply(scales, repeat(factor)), total[c]);
                if constexpr (Format::hasMinima) {
                    total[c] = multiplyAdd(sumParts(blocks.minima[c][b]), multiply(halves<true>(blocks.scales[b]), repeat(-factor)), total[c]);
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
