#pragma once

// Many columns: two vectors of rows lie side by side. Their codes are brought into columns of 4 (or 2 wide) per row, once for all
// columns of the product, so that the weights are read from memory once and no sum runs across a vector.

#include "block-activations.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

constexpr int stripVectors = 2;
constexpr int64_t stripRows = int64_t(stripVectors) * lanes;
/// Numbers of a row that are brought into columns at once: 16 KB of codes.
constexpr int64_t slabLength = 512;
/// Columns of a tile: 2 x 6 whole sums and 2 x 6 sums, or 2 x 2 where there are 16 registers.
constexpr int tileColumns = lanes == 16 ? 6 : 2;
/// Columns for which a strip of weights is brought into shape once.
constexpr int64_t columnsAtOnce = 144;

/// A part of some rows of weights.
struct Strip {
    alignas(64) uint8_t codes[stripRows][slabLength];
    alignas(64) float rowScales[stripRows][slabLength / 16], rowMinima[stripRows][slabLength / 16];
    /// By sub-block (or sum) and row.
    alignas(64) float columns[slabLength / (addsFour ? 4 : 2) * stripRows];
    alignas(64) float scales[slabLength / 16 * stripRows], minima[slabLength / 16 * stripRows];
    /// Of blocks of 256 numbers, by block and row.
    alignas(64) float factors[slabLength / 256][stripRows], minimumFactors[slabLength / 256][stripRows];
    /// By column and row.
    alignas(64) float sums[columnsAtOnce * stripRows];
};

/// Brings the codes of a strip's rows into columns.
template <typename Format> ALWAYS_INLINE void transposeCodes(Strip & strip, int64_t count) {
    Vector square[lanes];
    for (int64_t v = 0; v < stripVectors; ++v) {
        for (int64_t l = 0; l < count; l += lanes * codesPerSum<Format>) {
            for (int64_t r = 0; r < lanes; ++r) {
                const uint8_t * codes = strip.codes[v * lanes + r] + l;
#if DERMGEMMA_LANES == 16
                const __m512i x = sizeof(Code<Format>) == 1 ? _mm512_load_si512(codes) : _mm512_cvtepu8_epi16(loadBytes(codes));
                square[r] = _mm512_castsi512_ps(x);
#else
                const __m128i half = _mm_loadu_si128((const __m128i *)codes);
                square[r] = _mm256_castsi256_ps(sizeof(Code<Format>) == 1 ? loadBytes(codes) : _mm256_cvtepu8_epi16(half));
#endif
            }
            transposeSquare(square, strip.columns + l / codesPerSum<Format> * stripRows + v * lanes, stripRows);
        }
    }
}

/// Numbers of `stripRows` rows, or whole ones, as columns.
template <int64_t length> ALWAYS_INLINE void transposeRows(const float (&rows)[stripRows][length], int64_t count, float * out) {
    Vector square[lanes];
    for (int64_t v = 0; v < stripVectors; ++v) {
        for (int64_t s = 0; s < count; s += lanes) {
            for (int64_t r = 0; r < lanes; ++r) {
                square[r] = load(rows[v * lanes + r] + s);
            }
            transposeSquare(square, out + s * stripRows + v * lanes, stripRows);
        }
    }
}

/// Brings numbers first ..< first + count of a strip's rows into shape. Rows past the last one repeat it.
template <typename Format>
void shape(Strip & strip, const typename Format::Block * rows, int64_t stride, int64_t i, int64_t m, int64_t first, int64_t count) {
    for (int64_t r = 0; r < stripRows; ++r) {
        const typename Format::Block * row = rows + (i + r < m ? i + r : m - 1) * stride + first / Format::length;
        // The rows of the next strip, too short for the processor to see them coming.
        const char * next = (const char *)(row + (i + r + stripRows < m ? stripRows * stride : 0));
        for (int64_t b = 0; b < count / Format::length; ++b) {
            for (size_t byte = 0; byte < sizeof(*row); byte += 64) {
                __builtin_prefetch(next + b * int64_t(sizeof(*row)) + byte);
            }
            storeBytes(strip.codes[r] + b * Format::length, Format::codes(row[b]));
            strip.rowScales[r][b] = fromHalf(row[b].d);
        }
    }
    transposeCodes<Format>(strip, count);
    transposeRows(strip.rowScales, count / Format::subLength, strip.scales);
}

/// Adds the products of a sub-block's codes to whole sums, times the scales where there are whole ones.
template <typename Format, int columns>
ALWAYS_INLINE void addProducts(const float * weights, const char * record, const float * scales, Whole (&sums)[columns][stripVectors]) {
    constexpr int perSub = Format::subLength / int(codesPerSum<Format>);
    constexpr bool addsInShort = !addsFour && sizeof(Code<Format>) == 1;
    constexpr int atOnce = !addsInShort ? 1 : sumsInShort<Format> < perSub ? sumsInShort<Format> : perSub;
    constexpr bool scalesAfter = Format::length == 256 && !addsInShort;
    Whole own[columns][stripVectors];
    if constexpr (scalesAfter) {
#pragma GCC unroll 6
        for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
            for (int v = 0; v < stripVectors; ++v) {
                own[c][v] = repeatWhole(0);
            }
        }
    }
    Whole (&whole)[columns][stripVectors] = scalesAfter ? own : sums;
#pragma GCC unroll 1
    for (int first = 0; first < perSub; first += atOnce) {
        Whole pairs[columns][stripVectors];
#pragma GCC unroll 8
        for (int g = first; g < first + atOnce; ++g) {
            Whole x[stripVectors];
#pragma GCC unroll 2
            for (int v = 0; v < stripVectors; ++v) {
                x[v] = loadWhole(weights + g * stripRows + v * lanes);
            }
#pragma GCC unroll 6
            for (int c = 0; c < columns; ++c) {
                int32_t codes;
                memcpy(&codes, record + (c * perSub + g) * 4, 4);
                const Whole y = repeatWhole(codes);
#pragma GCC unroll 2
                for (int v = 0; v < stripVectors; ++v) {
                    if constexpr (addsFour) {
                        whole[c][v] = addFour(whole[c][v], x[v], y);
                    } else if constexpr (addsInShort) {
                        const Whole products = multiplyBytes(x[v], y);
                        pairs[c][v] = g == first ? products : addShort(pairs[c][v], products);
                    } else {
                        whole[c][v] = addWhole(whole[c][v], multiplyShort(x[v], y));
                    }
                }
            }
        }
        if constexpr (addsInShort) {
#pragma GCC unroll 6
            for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
                for (int v = 0; v < stripVectors; ++v) {
                    const Whole factors = Format::length == 256 ? loadWhole(scales + v * lanes) : repeatShort(1);
                    whole[c][v] = addWhole(whole[c][v], multiplyShort(pairs[c][v], factors));
                }
            }
        }
    }
    if constexpr (scalesAfter) {
#pragma GCC unroll 6
        for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
            for (int v = 0; v < stripVectors; ++v) {
                sums[c][v] = addWhole(sums[c][v], multiplyWhole(own[c][v], loadWhole(scales + v * lanes)));
            }
        }
    }
}

/// Adds the sub-blocks of a strip and of `columns` activations to their sums.
template <typename Format, int columns>
__attribute__((__noinline__)) void addTile(const Strip & strip, int64_t subBlocks, const char * record, float * sums) {
    constexpr int perSub = Format::subLength / int(codesPerSum<Format>);
    Vector total[columns][stripVectors];
#pragma GCC unroll 6
    for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
        for (int v = 0; v < stripVectors; ++v) {
            total[c][v] = load(sums + c * stripRows + v * lanes);
        }
    }
    const float * weights = strip.columns;
    for (int64_t s = 0; s < subBlocks; ++s) {
        const char * numbers = record + columns * Format::subLength * int64_t(sizeof(Code<Format>));
        Whole whole[columns][stripVectors];
#pragma GCC unroll 6
        for (int c = 0; c < columns; ++c) {
            int32_t first = 0;
            if (Format::offset != 0) {
                memcpy(&first, numbers + 4 * (columns + c), 4);
            }
#pragma GCC unroll 2
            for (int v = 0; v < stripVectors; ++v) {
                whole[c][v] = repeatWhole(first);
            }
        }
        addProducts<Format, columns>(weights, record, nullptr, whole);
        weights += perSub * stripRows;
#pragma GCC unroll 2
        for (int v = 0; v < stripVectors; ++v) {
            const Vector scale = load(strip.scales + s * stripRows + v * lanes);
#pragma GCC unroll 6
            for (int c = 0; c < columns; ++c) {
                float factor;
                memcpy(&factor, numbers + 4 * c, 4);
                total[c][v] = multiplyAdd(multiply(toVector(whole[c][v]), scale), repeat(factor), total[c][v]);
            }
        }
        record += recordSize<Format>(columns);
    }
#pragma GCC unroll 6
    for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
        for (int v = 0; v < stripVectors; ++v) {
            store(sums + c * stripRows + v * lanes, total[c][v]);
        }
    }
}

} // namespace
#endif
