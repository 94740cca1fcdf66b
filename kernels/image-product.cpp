// Products of an encoder's weights with all patches of an image: packed and cut into blocks that fit the caches.
//
// Every element's sum has one order, whatever the tile, the block and the number of threads: k is cut into equal slabs of at most
// 576; within a slab one fused multiply-add follows another in the order of l, from zero; the slabs' sums are added in their order.
// In bfloat16 it is the same with pairs of numbers: slabs of at most 576 pairs, one instruction after another that adds both products
// of a pair.

#include "dermgemma-kernels.h"
#include "image-pairs.h"
#include "image-vectors.h"

#include "ggml-cpu-impl.h"
#include "ggml.h"

#ifdef DERMGEMMA_LANES
namespace {

/// Columns from which on a product is an image's: text is decoded in smaller batches (EngineConfiguration.batchTokens).
constexpr int64_t leastColumns = 1024;
/// A slab of k, in numbers or pairs: a strip of weights (8 rows, 18 KB) stays in the first cache while the columns pass by.
constexpr int64_t longestSlab = 576;
/// The distance of a strip's rows, so that they don't fall onto each other in the cache.
constexpr int64_t stripStride = longestSlab + 16;
/// Panels of columns in a block, which stays in the second cache: 6 x 48 columns x 576 are 648 KB, 6 x 24 half as much.
constexpr int64_t blockPanels = 6;
constexpr int64_t panelWidth = int64_t(tileVectors) * lanes;

struct Product {
    /// Whether numbers are multiplied in pairs of bfloat16.
    bool inPairs;
    int64_t m, n, k;
    const char * A;
    int64_t lda;
    int type;
    const float * B;
    int64_t ldb;
    float * C;
    int64_t ldc;

    /// Numbers or pairs of a row, and of a slab.
    int64_t length, slab;

    Product(bool inPairs, int64_t m, int64_t n, int64_t k, const void * A, int64_t lda, int type, const void * B, int64_t ldb, void * C,
            int64_t ldc)
        : inPairs(inPairs), m(m), n(n), k(k), A((const char *)A), lda(lda), type(type), B((const float *)B), ldb(ldb), C((float *)C),
          ldc(ldc) {
        length = inPairs ? (k + 1) / 2 : k;
        const int64_t slabs = (length + longestSlab - 1) / longestSlab;
        slab = ((length + slabs - 1) / slabs + lanes - 1) / lanes * lanes;
    }

    /// Numbers l ..< l + depth of rows i ..< i + tileRows as 32-bit numbers; rows past the last one are zeros.
    void widenStrip(int64_t i, int64_t l, int64_t depth, float * strip) const {
        for (int r = 0; r < tileRows; ++r) {
            float * out = strip + r * stripStride;
            const int64_t first = (i + r) * lda + l;
            if (i + r >= m) {
                memset(out, 0, size_t(depth) * sizeof(float));
            } else if (type == GGML_TYPE_F32) {
                widen((const float *)A + first, depth, out);
            } else if (type == GGML_TYPE_F16) {
                widenHalf((const uint16_t *)A + first, depth, out);
            } else {
                widenBrain((const uint16_t *)A + first, depth, out);
            }
        }
    }

#ifdef DERMGEMMA_PAIRS
    /// The same for pairs l ..< l + depth.
    FOR_PAIRS void pairStrip(int64_t i, int64_t l, int64_t depth, float * strip) const {
        const int64_t count = k - 2 * l < 2 * depth ? k - 2 * l : 2 * depth;
        for (int r = 0; r < tileRows; ++r) {
            float * out = strip + r * stripStride;
            const int64_t first = (i + r) * lda + 2 * l;
            for (int64_t x = 0; x < count; x += pairNumbers) {
                store(out + x / 2, i + r >= m ? zero()
                                   : type == GGML_TYPE_F32 ? pairs((const float *)A + first + x, count - x)
                                   : type == GGML_TYPE_F16 ? pairsOfHalf((const uint16_t *)A + first + x, count - x)
                                                           : pairsOfBrain((const uint16_t *)A + first + x, count - x));
            }
        }
    }
#endif

    /// Writes or adds a tile's sums where they belong, column by column.
    template <int vectors>
    ALWAYS_INLINE void put(const Vector (&sums)[tileRows][vectors], int64_t i, int64_t j, bool isFirst) const {
        if (i + tileRows > m || j + vectors * lanes > n) {
            float all[tileRows][vectors * lanes];
#pragma GCC unroll 8
            for (int r = 0; r < tileRows; ++r) {
#pragma GCC unroll 3
                for (int v = 0; v < vectors; ++v) {
                    store(all[r] + v * lanes, sums[r][v]);
                }
            }
            for (int64_t c = 0; c < vectors * lanes && j + c < n; ++c) {
                for (int64_t r = 0; r < tileRows && i + r < m; ++r) {
                    float & element = C[(j + c) * ldc + i + r];
                    element = isFirst ? all[r][c] : element + all[r][c];
                }
            }
            return;
        }
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v) {
            float * column = C + (j + v * lanes) * ldc + i;
            Vector low[4];
            transposeFour(sums[0][v], sums[1][v], sums[2][v], sums[3][v], low);
#if DERMGEMMA_LANES == 16
            Vector high[4];
            transposeFour(sums[4][v], sums[5][v], sums[6][v], sums[7][v], high);
            const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
            for (int c = 0; c < 4; ++c) {
                const __m512d a = _mm512_permutex2var_pd(_mm512_castps_pd(low[c]), first, _mm512_castps_pd(high[c]));
                const __m512d b = _mm512_permutex2var_pd(_mm512_castps_pd(low[c]), second, _mm512_castps_pd(high[c]));
                putEight(column + c * ldc, _mm512_castpd512_pd256(a), isFirst);
                putEight(column + (4 + c) * ldc, _mm512_extractf64x4_pd(a, 1), isFirst);
                putEight(column + (8 + c) * ldc, _mm512_castpd512_pd256(b), isFirst);
                putEight(column + (12 + c) * ldc, _mm512_extractf64x4_pd(b, 1), isFirst);
            }
#else
            for (int c = 0; c < 4; ++c) {
                putFour(column + c * ldc, _mm256_castps256_ps128(low[c]), isFirst);
                putFour(column + (4 + c) * ldc, _mm256_extractf128_ps(low[c], 1), isFirst);
            }
#endif
        }
    }

#if DERMGEMMA_LANES == 16
    ALWAYS_INLINE static void putEight(float * p, __m256d sums, bool isFirst) {
        const __m256 x = _mm256_castpd_ps(sums);
        _mm256_storeu_ps(p, isFirst ? x : _mm256_add_ps(_mm256_loadu_ps(p), x));
    }
#else
    ALWAYS_INLINE static void putFour(float * p, __m128 x, bool isFirst) {
        _mm_storeu_ps(p, isFirst ? x : _mm_add_ps(_mm_loadu_ps(p), x));
    }
#endif

    /// Sums that are zero; asks for their place in memory.
    template <int vectors>
    ALWAYS_INLINE void begin(Vector (&sums)[tileRows][vectors], int64_t i, int64_t j) const {
        for (int64_t c = 0; c < vectors * lanes && j + c < n; ++c) {
            __builtin_prefetch(C + (j + c) * ldc + i, 1);
        }
#pragma GCC unroll 8
        for (int r = 0; r < tileRows; ++r) {
#pragma GCC unroll 3
            for (int v = 0; v < vectors; ++v) {
                sums[r][v] = zero();
            }
        }
    }

    /// One tile over one slab.
    template <int vectors>
    __attribute__((__noinline__)) void tile(const float * strip, const float * panel, int64_t depth, int64_t i, int64_t j,
                                            bool isFirst) const {
        Vector sums[tileRows][vectors];
        begin<vectors>(sums, i, j);
        accumulate<tileRows, vectors, 384>(strip, stripStride, 1, panel, depth, sums);
        put<vectors>(sums, i, j, isFirst);
    }

#ifdef DERMGEMMA_PAIRS
    template <int vectors>
    FOR_PAIRS __attribute__((__noinline__)) void pairTile(const float * strip, const float * panel, int64_t depth, int64_t i, int64_t j,
                                                          bool isFirst) const {
        Vector sums[tileRows][vectors];
        begin<vectors>(sums, i, j);
        accumulatePairs<tileRows, vectors, 384>(strip, stripStride, 1, panel, depth, sums);
        put<vectors>(sums, i, j, isFirst);
    }
#endif

    template <int vectors>
    void anyTile(const float * strip, const float * panel, int64_t depth, int64_t i, int64_t j, bool isFirst) const {
#ifdef DERMGEMMA_PAIRS
        if (inPairs) {
            return pairTile<vectors>(strip, panel, depth, i, j, isFirst);
        }
#endif
        tile<vectors>(strip, panel, depth, i, j, isFirst);
    }

    /// Numbers or pairs l ..< l + depth of columns j ..< j1, at most a panel's.
    void packPanel(int64_t j, int64_t j1, int64_t l, int64_t depth, float * panel) const {
#ifdef DERMGEMMA_PAIRS
        if (inPairs) {
            const int64_t count = k - 2 * l < 2 * depth ? k - 2 * l : 2 * depth;
            return packPairs(B + j * ldb + 2 * l, ldb, j1 - j, count, vectorsOf(j1 - j), 1.0f, panel);
        }
#endif
        packColumns(B + j * ldb + l, ldb, j1 - j, depth, vectorsOf(j1 - j), 1.0f, panel);
    }

    void packStrip(int64_t i, int64_t l, int64_t depth, float * strip) const {
#ifdef DERMGEMMA_PAIRS
        if (inPairs) {
            return pairStrip(i, l, depth, strip);
        }
#endif
        widenStrip(i, l, depth, strip);
    }

    /// Rows i0 ..< i1 of columns j0 ..< j1.
    void block(int64_t i0, int64_t i1, int64_t j0, int64_t j1, float * memory) const {
        float * strip = memory;
        float * packed = memory + tileRows * stripStride;
        for (int64_t l = 0; l < length; l += slab) {
            const int64_t depth = length - l < slab ? length - l : slab;
            for (int64_t j = j0; j < j1; j += panelWidth) {
                packPanel(j, j1, l, depth, packed + (j - j0) * slab);
            }
            for (int64_t i = i0; i < i1; i += tileRows) {
                packStrip(i, l, depth, strip);
                for (int64_t j = j0; j < j1; j += panelWidth) {
                    const float * panel = packed + (j - j0) * slab;
                    switch (vectorsOf(j1 - j)) {
                        case 1: anyTile<1>(strip, panel, depth, i, j, l == 0); break;
                        case 2: anyTile<2>(strip, panel, depth, i, j, l == 0); break;
                        default: anyTile<3>(strip, panel, depth, i, j, l == 0);
                    }
                }
            }
        }
    }

    static int vectorsOf(int64_t columns) { return columns >= panelWidth ? tileVectors : int((columns + lanes - 1) / lanes); }
};

} // namespace
#endif

/// Added to the counter of jobs of a product in pairs: only a graph's first thread knows the choice, and tells the others so.
static constexpr int toldPairs = 1 << 30;

extern "C" bool dermgemma_image_product(const struct ggml_compute_params * params, int64_t m, int64_t n, int64_t k, const void * A,
                                        int64_t lda, const void * B, int64_t ldb, void * C, int64_t ldc, int Atype, int Btype,
                                        int Ctype) {
#ifdef DERMGEMMA_LANES
    const bool isOurs = n >= leastColumns && m >= lanes && k >= lanes && Btype == GGML_TYPE_F32 && Ctype == GGML_TYPE_F32 &&
                        (Atype == GGML_TYPE_F32 || Atype == GGML_TYPE_F16 || Atype == GGML_TYPE_BF16);
    if (!isOurs) {
        return false;
    }
    if (params->ith == 0) {
        ggml_threadpool_chunk_set(params->threadpool, params->nth + (dermgemma_takes_pairs() ? toldPairs : 0));
    }
    ggml_barrier(params->threadpool);
    const int told = ggml_threadpool_chunk_add(params->threadpool, 0) >= toldPairs ? toldPairs : 0;
    const Product product(told != 0, m, n, k, A, lda, Atype, B, ldb, C, ldc);
    // Blocks of columns, of equal numbers of panels as far as possible; rows are cut too where there are many threads.
    const int64_t panels = (n + panelWidth - 1) / panelWidth, nth = params->nth;
    int64_t columnBlocks = (panels + blockPanels - 1) / blockPanels;
    columnBlocks = (columnBlocks + nth - 1) / nth * nth;
    columnBlocks = columnBlocks < panels ? columnBlocks : panels;
    const int64_t strips = (m + tileRows - 1) / tileRows;
    int64_t rowBlocks = (4 * nth + columnBlocks - 1) / columnBlocks;
    rowBlocks = nth == 1 ? 1 : rowBlocks < strips ? rowBlocks : strips;

    float * memory = workspace(size_t(tileRows * stripStride + (blockPanels + 1) * panelWidth * product.slab));
    GGML_ASSERT(memory != nullptr);
    for (int64_t job = params->ith; job < columnBlocks * rowBlocks; job = ggml_threadpool_chunk_add(params->threadpool, 1) - told) {
        const int64_t c = job / rowBlocks, r = job % rowBlocks;
        const int64_t j0 = c * panels / columnBlocks * panelWidth, j1 = (c + 1) * panels / columnBlocks * panelWidth;
        const int64_t i0 = r * strips / rowBlocks * tileRows, i1 = (r + 1) * strips / rowBlocks * tileRows;
        product.block(i0, i1 < m ? i1 : m, j0, j1 < n ? j1 : n, memory);
    }
    ggml_barrier(params->threadpool);
    return true;
#else
    (void)params, (void)m, (void)n, (void)k, (void)A, (void)lda, (void)B, (void)ldb, (void)C, (void)ldc;
    (void)Atype, (void)Btype, (void)Ctype;
    return false;
#endif
}
