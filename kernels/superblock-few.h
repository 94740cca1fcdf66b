#pragma once

// Few columns of blocks of 256 numbers: a block's sum is whole, whatever the order of its parts, so that a row's codes and scales are
// used as they lie, for all columns at once.

#include "block-few.h"
#include "superblock-formats.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Blocks of a row that are gone through before the next row's.
constexpr int64_t blocksAtOnce = 64;

/// Asks for the memory that lies where a block of a row will be read a little later.
template <typename Block> ALWAYS_INLINE void askFor(const Block * block) {
    for (size_t byte = 0; byte < sizeof(Block); byte += 64) {
        __builtin_prefetch((const char *)block + 4096 + byte);
    }
}

/// What some blocks of four rows add to their sums, four parts each.
template <int columns> struct Blocks {
    alignas(64) __m128i parts[columns][4][blocksAtOnce], minima[columns][4][blocksAtOnce];
    /// The weights' scale, and the minima's in the upper half where they have one.
    alignas(64) uint32_t scales[blocksAtOnce][4];
};

/// Blocks that a vector has the sums of, row by row.
constexpr int64_t blocksInVector = lanes / 4;

/// The sums of four rows' parts in blocks b ..< b + blocksInVector.
ALWAYS_INLINE Vector sumParts(const __m128i (&parts)[4][blocksAtOnce], int64_t b) {
    return toVector(sumFours({loadWhole(parts[0] + b), loadWhole(parts[1] + b), loadWhole(parts[2] + b), loadWhole(parts[3] + b)}));
}

ALWAYS_INLINE __m128i halved(__m256i x) { return _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1)); }

/// The lower or the upper halves of `lanes` times 32 bits as numbers.
template <bool upper> ALWAYS_INLINE Vector halves(const uint32_t * words) {
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

/// What both kinds of columns have of a block of activations.
struct BlockSums {
    /// Sums of 16 and of 32 activations each, 16 bits.
    __m256i sixteens;
    __m128i sums;
    /// The scale, four times.
    __m128 scale;

    ALWAYS_INLINE void read(const block_q8_K & block) {
        sixteens = loadBytes(block.bsums);
        sums = sumsOfActivations(block);
        scale = _mm_set1_ps(block.d);
    }
};

/// A row's scales as they multiply the sums of 16 activations each.
template <typename Format> ALWAYS_INLINE __m256i sixteenScales(__m128i scales) {
    return _mm256_cvtepi8_epi16(Format::subLength == 16 ? scales : _mm_unpacklo_epi8(scales, scales));
}

/// Minus the offset's share in a row's sums, in eight parts.
template <typename Format> ALWAYS_INLINE __m256i subtractOffset(__m256i sums, __m128i scales, __m256i sixteens) {
    if constexpr (Format::offset != 0) {
        const __m256i share = _mm256_madd_epi16(sixteenScales<Format>(scales), sixteens);
        return _mm256_sub_epi32(sums, _mm256_slli_epi32(share, __builtin_ctz(Format::offset)));
    }
    return sums;
}

#ifdef DERMGEMMA_FOURS
/// A block's activations in the order of the weights' codes.
template <typename Format> struct BlockColumn {
    __m512i x[4];
    BlockSums of;

    ALWAYS_INLINE void read(const block_q8_K & block) {
        of.read(block);
        Format::arrange(block.qs, x);
    }

    ALWAYS_INLINE __m512i products(int z, __m512i codes) const { return _mm512_dpbusd_epi32(_mm512_setzero_si512(), codes, x[z]); }
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
                          Blocks<columns> & blocks, int64_t b, int64_t r) {
    __m512i codes[4];
    Format::unpack(block, codes);
    const __m512i wide = _mm512_castsi256_si512(_mm256_cvtepi8_epi16(scales));
    const __m512i before = _mm512_permutexvar_epi16(Format::places(0), wide), behind = _mm512_permutexvar_epi16(Format::places(1), wide);
#pragma GCC unroll 4
    for (int c = 0; c < columns; ++c) {
        const __m512i sum = scaledProducts<Format>(column[c * next], codes, before, behind);
        const __m256i eight = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
        blocks.parts[c][r][b] = halved(subtractOffset<Format>(eight, scales, column[c * next].of.sixteens));
    }
}
#else
template <typename Format> struct BlockColumn {
    alignas(32) int8_t x[256];
    BlockSums of;

    ALWAYS_INLINE void read(const block_q8_K & block) {
        of.read(block);
        memcpy(x, block.qs, sizeof x);
    }
};

template <typename Format, int columns>
ALWAYS_INLINE void addRow(const typename Format::Block & block, __m128i scales, const BlockColumn<Format> * column, int64_t next,
                          Blocks<columns> & blocks, int64_t b, int64_t r) {
    const __m256i wide = _mm256_cvtepi8_epi16(scales);
    // Weights that are multiplied with their sign have no offset left.
    constexpr bool hasSign = Format::offset == 128;
    __m256i sums[columns];
    for (int c = 0; c < columns; ++c) {
        const __m256i none = _mm256_setzero_si256();
        sums[c] = hasSign ? none : subtractOffset<Format>(none, scales, column[c * next].of.sixteens);
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
            const __m256i y = loadBytes(column[c * next].x + 32 * t);
            __m256i pairs;
            if constexpr (hasSign) {
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
        blocks.parts[c][r][b] = halved(sums[c]);
    }
}
#endif

/// Adds some blocks to four rows' sums.
template <typename Format, int columns>
ALWAYS_INLINE void addToSums(const Blocks<columns> & blocks, int64_t some, const BlockColumn<Format> * packed, int64_t next,
                             __m128 (&total)[columns]) {
    for (int64_t b = 0; b < some; b += blocksInVector) {
        const Vector scales = halves<false>(blocks.scales[b]);
        for (int c = 0; c < columns; ++c) {
            alignas(64) float factors[lanes], sums[lanes], minimumFactors[lanes], minima[lanes];
            for (int64_t q = 0; q < blocksInVector; ++q) {
                _mm_store_ps(factors + 4 * q, packed[c * next + (b + q < some ? b + q : b)].of.scale);
            }
            if constexpr (Format::hasMinima) {
                store(minima, sumParts(blocks.minima[c], b));
                store(minimumFactors, multiply(halves<true>(blocks.scales[b]), multiply(load(factors), repeat(-1))));
            }
            store(sums, sumParts(blocks.parts[c], b));
            store(factors, multiply(scales, load(factors)));
            for (int64_t q = 0; q < 4 * blocksInVector && b + q / 4 < some; q += 4) {
                total[c] = _mm_fmadd_ps(_mm_load_ps(sums + q), _mm_load_ps(factors + q), total[c]);
                if constexpr (Format::hasMinima) {
                    total[c] = _mm_fmadd_ps(_mm_load_ps(minima + q), _mm_load_ps(minimumFactors + q), total[c]);
                }
            }
        }
    }
}

/// `lanes` rows from the i-th on, by `columns` columns, of which `packed` has the activations. One row is read after the other, as they
/// lie in memory; four are added up together.
template <typename Format, int columns>
__attribute__((__noinline__)) void fewOfBlocks(int64_t i, int64_t m, int64_t count, const typename Format::Block * A, int64_t lda,
                                               const BlockColumn<Format> * packed, float * C, int64_t ldc) {
    Blocks<columns> blocks;
    for (int64_t row = i; row < i + lanes && row < m; row += 4) {
        __m128 total[columns];
        for (int c = 0; c < columns; ++c) {
            total[c] = _mm_setzero_ps();
        }
        for (int64_t first = 0; first < count; first += blocksAtOnce) {
            const int64_t some = count - first < blocksAtOnce ? count - first : blocksAtOnce;
            for (int64_t r = 0; r < 4; ++r) {
                const typename Format::Block * from = A + (row + r < m ? row + r : m - 1) * lda + first;
                for (int64_t b = 0; b < some; ++b) {
                    const BlockColumn<Format> * column = packed + first + b;
                    const __m128i scales = Format::scales(from[b]);
                    askFor(from + b);
                    if constexpr (Format::hasMinima) {
                        memcpy(&blocks.scales[b][r], &from[b].d, 4);
                        const __m128i minima = _mm_cvtepu8_epi16(_mm_srli_si128(scales, 8));
                        for (int c = 0; c < columns; ++c) {
                            blocks.minima[c][r][b] = _mm_madd_epi16(minima, column[c * count].of.sums);
                        }
                    } else {
                        blocks.scales[b][r] = from[b].d;
                    }
                    addRow<Format, columns>(from[b], scales, column, count, blocks, b, r);
                }
            }
            addToSums<Format, columns>(blocks, some, packed + first, count, total);
        }
        for (int c = 0; c < columns; ++c) {
            float out[4];
            _mm_storeu_ps(out, total[c]);
            memcpy(C + c * ldc + row, out, size_t(m - row < 4 ? m - row : 4) * sizeof(float));
        }
    }
}

} // namespace
#endif
