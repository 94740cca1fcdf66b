#pragma once

// The processor's vectors of 32-bit numbers under one name, and the tile of sums that its registers hold.
// A file that includes this is compiled once for each of ggml's CPU variants.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define DERMGEMMA_LANES 16
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define DERMGEMMA_LANES 8
#endif

#ifdef DERMGEMMA_LANES
#include <immintrin.h>

#define ALWAYS_INLINE inline __attribute__((__always_inline__))

namespace {

constexpr int lanes = DERMGEMMA_LANES;
/// Vectors of columns in a tile: 3 of 16 or 8 columns.
constexpr int tileVectors = 3;

#if DERMGEMMA_LANES == 16
using Vector = __m512;
/// Rows of a tile: 8 x 3 sums, 3 vectors of columns and one of a row's number need 28 of 32 registers.
constexpr int tileRows = 8;

ALWAYS_INLINE Vector zero() { return _mm512_setzero_ps(); }
ALWAYS_INLINE Vector load(const float * p) { return _mm512_loadu_ps(p); }
ALWAYS_INLINE Vector load(const uint16_t * p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
ALWAYS_INLINE void store(float * p, Vector x) { _mm512_storeu_ps(p, x); }
ALWAYS_INLINE Vector repeat(float x) { return _mm512_set1_ps(x); }
ALWAYS_INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
ALWAYS_INLINE Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
ALWAYS_INLINE Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
ALWAYS_INLINE Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
ALWAYS_INLINE Vector maximum(Vector a, Vector b) { return _mm512_max_ps(a, b); }
ALWAYS_INLINE Vector minimum(Vector a, Vector b) { return _mm512_min_ps(a, b); }
ALWAYS_INLINE Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
ALWAYS_INLINE Vector roundToNearest(Vector x) { return _mm512_roundscale_ps(x, 0); }
ALWAYS_INLINE bool anyGreater(Vector a, Vector b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ) != 0; }
ALWAYS_INLINE Vector unpackLow(Vector a, Vector b) { return _mm512_unpacklo_ps(a, b); }
ALWAYS_INLINE Vector unpackHigh(Vector a, Vector b) { return _mm512_unpackhi_ps(a, b); }
ALWAYS_INLINE Vector unpackLowPairs(Vector a, Vector b) {
    return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}
ALWAYS_INLINE Vector unpackHighPairs(Vector a, Vector b) {
    return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}
/// x times 2 to the power n, for whole n from -126 to 126.
ALWAYS_INLINE Vector scaleByPower(Vector x, Vector n) { return _mm512_scalef_ps(x, n); }
#else
using Vector = __m256;
/// Rows of a tile: 4 x 3 sums, 3 vectors of columns and one of a row's number need all 16 registers.
constexpr int tileRows = 4;

ALWAYS_INLINE Vector zero() { return _mm256_setzero_ps(); }
ALWAYS_INLINE Vector load(const float * p) { return _mm256_loadu_ps(p); }
ALWAYS_INLINE Vector load(const uint16_t * p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
ALWAYS_INLINE void store(float * p, Vector x) { _mm256_storeu_ps(p, x); }
ALWAYS_INLINE Vector repeat(float x) { return _mm256_set1_ps(x); }
ALWAYS_INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
ALWAYS_INLINE Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
ALWAYS_INLINE Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
ALWAYS_INLINE Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
ALWAYS_INLINE Vector maximum(Vector a, Vector b) { return _mm256_max_ps(a, b); }
ALWAYS_INLINE Vector minimum(Vector a, Vector b) { return _mm256_min_ps(a, b); }
ALWAYS_INLINE Vector divide(Vector a, Vector b) { return _mm256_div_ps(a, b); }
ALWAYS_INLINE Vector roundToNearest(Vector x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
ALWAYS_INLINE bool anyGreater(Vector a, Vector b) { return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)) != 0; }
ALWAYS_INLINE Vector unpackLow(Vector a, Vector b) { return _mm256_unpacklo_ps(a, b); }
ALWAYS_INLINE Vector unpackHigh(Vector a, Vector b) { return _mm256_unpackhi_ps(a, b); }
ALWAYS_INLINE Vector unpackLowPairs(Vector a, Vector b) {
    return _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
}
ALWAYS_INLINE Vector unpackHighPairs(Vector a, Vector b) {
    return _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
}
/// x times 2 to the power n, for whole n from -126 to 126.
ALWAYS_INLINE Vector scaleByPower(Vector x, Vector n) {
    return multiply(x, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23)));
}
#endif

/// 2 to the power x, for x up to 126, with a relative error of 1e-7 (a polynomial fitted for the least largest one).
ALWAYS_INLINE Vector powerOfTwo(Vector x) {
    x = maximum(repeat(-126.0f), x); // A number that is none stays none.
    const Vector n = roundToNearest(x), r = subtract(x, n);
    Vector y = repeat(1.326472731e-3f);
    y = multiplyAdd(y, r, repeat(9.671512991e-3f));
    y = multiplyAdd(y, r, repeat(5.550733581e-2f));
    y = multiplyAdd(y, r, repeat(2.402224243e-1f));
    y = multiplyAdd(y, r, repeat(6.931470037e-1f));
    y = multiplyAdd(y, r, repeat(1.0f));
    return scaleByPower(y, n);
}

/// Four rows' numbers brought together: lane group q (of four lanes) of out[c] holds the four rows' numbers of column 4q + c.
ALWAYS_INLINE void transposeFour(Vector a, Vector b, Vector c, Vector d, Vector (&out)[4]) {
    const Vector ab = unpackLow(a, b), AB = unpackHigh(a, b), cd = unpackLow(c, d), CD = unpackHigh(c, d);
    out[0] = unpackLowPairs(ab, cd);
    out[1] = unpackHighPairs(ab, cd);
    out[2] = unpackLowPairs(AB, CD);
    out[3] = unpackHighPairs(AB, CD);
}

/// Writes `lanes` rows of `lanes` numbers as columns, at `stride` from one row of `out` to the next.
ALWAYS_INLINE void transposeSquare(const Vector (&rows)[lanes], float * out, int64_t stride) {
    Vector t[lanes / 4][4];
    for (int g = 0; g < lanes / 4; ++g) {
        transposeFour(rows[4 * g], rows[4 * g + 1], rows[4 * g + 2], rows[4 * g + 3], t[g]);
    }
    for (int c = 0; c < 4; ++c) {
#if DERMGEMMA_LANES == 16
        const Vector low01 = _mm512_shuffle_f32x4(t[0][c], t[1][c], 0x44), high01 = _mm512_shuffle_f32x4(t[0][c], t[1][c], 0xEE);
        const Vector low23 = _mm512_shuffle_f32x4(t[2][c], t[3][c], 0x44), high23 = _mm512_shuffle_f32x4(t[2][c], t[3][c], 0xEE);
        store(out + c * stride, _mm512_shuffle_f32x4(low01, low23, 0x88));
        store(out + (4 + c) * stride, _mm512_shuffle_f32x4(low01, low23, 0xDD));
        store(out + (8 + c) * stride, _mm512_shuffle_f32x4(high01, high23, 0x88));
        store(out + (12 + c) * stride, _mm512_shuffle_f32x4(high01, high23, 0xDD));
#else
        store(out + c * stride, _mm256_permute2f128_ps(t[0][c], t[1][c], 0x20));
        store(out + (4 + c) * stride, _mm256_permute2f128_ps(t[0][c], t[1][c], 0x31));
#endif
    }
}

/// Packs columns so that a tile reads them in one go: out[l * vectors * lanes + j] = number l of column j, `depth` of them.
/// Column j begins at in + j * stride; those from `columns` on are zeros.
inline void packColumns(const float * in, int64_t stride, int64_t columns, int64_t depth, int vectors, float scale, float * out) {
    const int64_t width = int64_t(vectors) * lanes;
    for (int v = 0; v < vectors; ++v) {
        const int64_t count = columns - v * lanes < lanes ? columns - v * lanes : lanes;
        const float * column = in + v * lanes * stride;
        int64_t l = 0;
        for (; l + lanes <= depth; l += lanes) {
            Vector rows[lanes];
            for (int j = 0; j < lanes; ++j) {
                __builtin_prefetch(column + (j < count ? j : 0) * stride + l + 128);
                rows[j] = j < count ? multiply(load(column + j * stride + l), repeat(scale)) : zero();
            }
            transposeSquare(rows, out + l * width + v * lanes, width);
        }
        for (; l < depth; ++l) {
            for (int j = 0; j < lanes; ++j) {
                out[l * width + v * lanes + j] = j < count ? column[j * stride + l] * scale : 0.0f;
            }
        }
    }
}

/// Adds to a tile's sums, for each l in its order, row number times column number: sums[i][v] += a[i, l] * b[l, v].
/// Row i's number l is at a + i * rowStride + l * step; a step of the columns' panel is `vectors` vectors.
/// Asks for the columns' numbers `ahead` of their turn, where they don't lie in the first cache.
template <int rows, int vectors, int ahead>
ALWAYS_INLINE void accumulate(const float * a, int64_t rowStride, int64_t step, const float * b, int64_t depth,
                              Vector (&sums)[rows][vectors]) {
    for (int64_t l = 0; l < depth; ++l) {
        for (int v = 0; ahead > 0 && v < vectors; ++v) {
            __builtin_prefetch(b + ahead + v * lanes);
        }
        Vector x[vectors];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v) {
            x[v] = load(b + v * lanes);
        }
#pragma GCC unroll 8
        for (int i = 0; i < rows; ++i) {
            const Vector y = repeat(a[i * rowStride]);
#pragma GCC unroll 3
            for (int v = 0; v < vectors; ++v) {
                sums[i][v] = multiplyAdd(y, x[v], sums[i][v]);
            }
        }
        a += step;
        b += vectors * lanes;
    }
}

/// Widens numbers to 32 bits.
inline void widen(const float * in, int64_t count, float * out) { memcpy(out, in, size_t(count) * sizeof(float)); }

inline void widenHalf(const uint16_t * in, int64_t count, float * out) {
    int64_t l = 0;
    for (; l + lanes <= count; l += lanes) {
        store(out + l, load(in + l));
    }
    for (; l < count; ++l) {
        out[l] = _cvtsh_ss(in[l]);
    }
}

inline void widenBrain(const uint16_t * in, int64_t count, float * out) {
    for (int64_t l = 0; l < count; ++l) {
        const uint32_t bits = uint32_t(in[l]) << 16;
        memcpy(out + l, &bits, sizeof bits);
    }
}

/// A thread's working memory, kept until it ends.
inline float * workspace(size_t numbers) {
    struct Release {
        void operator()(float * p) const { free(p); }
    };
    static thread_local std::unique_ptr<float, Release> memory;
    static thread_local size_t size = 0;
    if (size < numbers) {
        memory.reset();
        size = 0;
        memory.reset(static_cast<float *>(aligned_alloc(64, (numbers * sizeof(float) + 63) / 64 * 64)));
        if (memory) {
            size = numbers;
        }
    }
    return memory.get();
}

} // namespace
#endif
