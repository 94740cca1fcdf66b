#pragma once

// Many columns of blocks of 256 numbers: the same strips of rows as for blocks of 32, whose sums stay whole up to a block's end.

#include "block-strip.h"
#include "superblock-activations.h"
#include "superblock-formats.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Whether a scale multiplies sums of 16 bits, and therefore lies twice in a lane.
template <typename Format> constexpr bool scalesShort = !addsFour && sizeof(Code<Format>) == 1;

/// Eight whole scales of a row, as they are multiplied.
template <typename Format> ALWAYS_INLINE void storeScales(float * out, __m128i scales) {
    const __m256i wide = _mm256_cvtepi8_epi32(scales);
    storeBytes(out, scalesShort<Format> ? _mm256_blend_epi16(wide, _mm256_slli_epi32(wide, 16), 0xAA) : wide);
}

/// Brings numbers first ..< first + count of a strip's rows into shape. Rows past the last one repeat it.
template <typename Format>
void shapeBlocks(Strip & strip, const typename Format::Block * rows, int64_t stride, int64_t i, int64_t m, int64_t first, int64_t count) {
    constexpr int subs = subBlocksOf<Format>;
    for (int64_t r = 0; r < stripRows; ++r) {
        const typename Format::Block * row = rows + (i + r < m ? i + r : m - 1) * stride + first / 256;
        // The rows of the next strip, too short for the processor to see them coming.
        const char * next = (const char *)(row + (i + r + stripRows < m ? stripRows * stride : 0));
        for (int64_t b = 0; b < count / 256; ++b) {
            for (size_t byte = 0; byte < sizeof(*row); byte += 64) {
                __builtin_prefetch(next + b * int64_t(sizeof(*row)) + byte);
            }
            forEachPiece([&](auto piece) __attribute__((__always_inline__)) {
                constexpr int t = decltype(piece)::value;
                storeBytes(strip.codes[r] + b * 256 + 32 * t, Format::template codes<t>(row[b]));
            });
            const __m128i scales = Format::scales(row[b]);
            float * out = strip.rowScales[r] + b * subs, * seconds = strip.rowMinima[r] + b * subs / 2;
            storeScales<Format>(out, scales);
            if constexpr (subs == 16) {
                storeScales<Format>(out + 8, _mm_srli_si128(scales, 8));
                storeBytes(seconds, _mm256_cvtepi8_epi16(scales));
            } else {
                _mm_storeu_si128((__m128i *)seconds, _mm_cvtepi8_epi16(Format::hasMinima ? _mm_srli_si128(scales, 8) : scales));
            }
            strip.factors[b][r] = fromHalf(row[b].d);
            if constexpr (Format::hasMinima) {
                strip.minimumFactors[b][r] = fromHalf(row[b].dmin);
            }
        }
    }
    transposeCodes<Format>(strip, count);
    transposeRows(strip.rowScales, count / Format::subLength, strip.scales);
    if (Format::hasMinima || Format::offset != 0) {
        transposeRows(strip.rowMinima, count / Format::subLength / 2, strip.minima);
    }
}

/// Adds the blocks of a strip and of `columns` activations to their sums.
template <typename Format, int columns>
__attribute__((__noinline__)) void addBlocks(const Strip & strip, int64_t blocks, const char * record, float * sums) {
    constexpr int subs = subBlocksOf<Format>, perSub = Format::subLength / int(codesPerSum<Format>);
    const float *weights = strip.columns, *scales = strip.scales, *seconds = strip.minima;
    for (int64_t b = 0; b < blocks; ++b) {
        const char * numbers = record + columns * 256 * int64_t(sizeof(Code<Format>));
        Whole sum[columns][stripVectors];
#pragma GCC unroll 6
        for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
            for (int v = 0; v < stripVectors; ++v) {
                sum[c][v] = repeatWhole(0);
            }
        }
#pragma GCC unroll 1
        for (int s = 0; s < subs; ++s) {
            addProducts<Format, columns>(weights, record + s * columns * Format::subLength * int64_t(sizeof(Code<Format>)), scales, sum);
            weights += perSub * stripRows;
            scales += stripRows;
        }
        Whole second[columns][stripVectors];
        if constexpr (Format::hasMinima || Format::offset != 0) {
#pragma GCC unroll 6
            for (int c = 0; c < columns; ++c) {
#pragma GCC unroll 2
                for (int v = 0; v < stripVectors; ++v) {
                    second[c][v] = repeatWhole(0);
                }
            }
#pragma GCC unroll 1
            for (int p = 0; p < subs / 2; ++p) {
#pragma GCC unroll 6
                for (int c = 0; c < columns; ++c) {
                    int32_t pair;
                    memcpy(&pair, numbers + 4 * (p * columns + c), 4);
#pragma GCC unroll 2
                    for (int v = 0; v < stripVectors; ++v) {
                        second[c][v] = addWhole(second[c][v], multiplyShort(loadWhole(seconds + v * lanes), repeatWhole(pair)));
                    }
                }
                seconds += stripRows;
            }
        }
#pragma GCC unroll 6
        for (int c = 0; c < columns; ++c) {
            float factor;
            memcpy(&factor, numbers + 2 * subs * columns + 4 * c, 4);
#pragma GCC unroll 2
            for (int v = 0; v < stripVectors; ++v) {
                Whole whole = sum[c][v];
                if constexpr (Format::offset != 0) {
                    whole = subtractTimes<Format::offset>(whole, second[c][v]);
                }
                float * to = sums + c * stripRows + v * lanes;
                Vector total = multiplyAdd(toVector(whole), multiply(load(strip.factors[b] + v * lanes), repeat(factor)), load(to));
                if constexpr (Format::hasMinima) {
                    total = multiplyAdd(toVector(second[c][v]), multiply(load(strip.minimumFactors[b] + v * lanes), repeat(-factor)), total);
                }
                store(to, total);
            }
        }
        record += blockRecordSize<Format>(columns);
    }
}

} // namespace
#endif
